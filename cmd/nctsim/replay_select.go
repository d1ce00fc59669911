package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"nctsim/simulator"
	"nctsim/simulator/replay"
	"nctsim/simulator/scenario"
)

// cases are what the arguments select. Scenarios from files are put into the library, in the place of others with their
// ids.
func (r *replaying) cases(ctx context.Context, runner *replay.Runner, library *scenario.Library, args []string) ([]replay.Case, error) {
	var list []*scenario.Scenario
	if r.all {
		all, err := runner.All(ctx)
		if err != nil {
			return nil, err
		}
		list = all
	}
	for _, arg := range args {
		found, err := r.named(ctx, runner, library, arg)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	list = slices.DeleteFunc(list, func(s *scenario.Scenario) bool { return !r.picked.Fits(s) })
	cases := replay.Cases(list, r.wanted...)
	if len(cases) == 0 {
		return nil, usageError("no scenario is left to replay; hint: widen --phase, --tags or --filter, or leave them out")
	}
	return cases, nil
}

// open reads the library. Own are the scenarios of the folder --scenarios.
func (r *replaying) open() (library *scenario.Library, own []*scenario.Scenario, err error) {
	if library, err = openLibrary(r.scenarios); err != nil {
		return nil, nil, err
	}
	return library, library.Own(), r.sound(library.Problems())
}

func scenariosOf(cases []replay.Case) []*scenario.Scenario {
	var out []*scenario.Scenario
	for _, c := range cases {
		if !slices.Contains(out, c.Scenario) {
			out = append(out, c.Scenario)
		}
	}
	return out
}

// tellInstead says which scenarios of the user's have taken the place of built-in ones.
func (r *replaying) tellInstead(library *scenario.Library, list []*scenario.Scenario) {
	for _, s := range list {
		if instead := library.Instead(s); instead != nil {
			fmt.Fprintf(r.diagnostic, "%s takes the place of the built-in scenario %s (%s)\n", s.File, s.ID, instead.File)
		}
	}
}

// named are the scenarios that an argument names: those of a folder or file, or the one with an id.
func (r *replaying) named(ctx context.Context, runner *replay.Runner, library *scenario.Library, arg string) ([]*scenario.Scenario, error) {
	known, there := library.Get(arg)
	switch {
	case !there && isPath(arg):
		return r.fromFiles(library, arg)
	case there && slices.Contains(library.Own(), known):
		return []*scenario.Scenario{known}, nil // the running simulator may have an older one
	}
	s, err := runner.Find(ctx, arg)
	var unknown *replay.UnknownError
	if errors.As(err, &unknown) {
		return nil, &exitError{exitUsage, err}
	}
	return []*scenario.Scenario{s}, err
}

// isPath tells files and folders from ids.
func isPath(arg string) bool {
	if strings.ContainsAny(arg, `/\`) || filepath.Ext(arg) == ".yaml" || filepath.Ext(arg) == ".yml" {
		return true
	}
	_, err := os.Stat(arg)
	return err == nil
}

func (r *replaying) fromFiles(library *scenario.Library, path string) ([]*scenario.Scenario, error) {
	reader := simulator.Reader()
	info, err := os.Stat(path)
	if err != nil {
		return nil, usageError("%v; hint: scenarios are named by id, file or folder", err)
	}
	list, problems := []*scenario.Scenario(nil), scenario.Problems(nil)
	if info.IsDir() {
		list, problems = reader.LoadDir(path)
	} else {
		list, problems = readFile(reader, path)
	}
	if err := r.sound(problems); err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, usageError("there are no scenarios in %s; hint: they are files that end in .yaml or .yml", path)
	}
	for _, s := range list {
		library.Add(s)
	}
	return list, nil
}

func readFile(reader *scenario.Reader, path string) ([]*scenario.Scenario, scenario.Problems) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, scenario.Problems{{File: path, Text: err.Error()}}
	}
	s, err := reader.Parse(filepath.ToSlash(path), text, os.DirFS(filepath.Dir(path)))
	var problems scenario.Problems
	if errors.As(err, &problems) {
		return nil, problems
	}
	return []*scenario.Scenario{s}, nil
}

// sound shows the mistakes in scenario files; with any, nothing is run.
func (r *replaying) sound(problems scenario.Problems) error {
	if complain(r.diagnostic, problems) == nil {
		return nil
	}
	what := "1 scenario file has a mistake"
	if len(problems) > 1 {
		what = fmt.Sprintf("the scenario files have %d mistakes", len(problems))
	}
	return usageError("%s, so nothing was replayed; hint: correct what is shown above", what)
}
