package simulator

import (
	"slices"

	"github.com/spf13/pflag"

	"nctsim/simulator/turns"
	"nctsim/simulator/yamlform"
	"nctsim/simulator/yamlform/yamlformtest"
)

// SettingsSchema is the form of a file of settings as a JSON Schema (draft 7), for editors. What a value must be the program
// says.
func SettingsSchema() []byte {
	config, flags := Default(), pflag.NewFlagSet("serve", pflag.ContinueOnError)
	config.AddFlags(flags)
	s := settingsShape(flags)
	s.Fields = slices.DeleteFunc(s.Fields, func(f yamlform.Field) bool { return flags.Lookup(f.Key).Hidden })
	return yamlformtest.JSONSchema("nctsim settings", s)
}

// Routes are the calls that the simulator answers, as in "GET /hello/world".
func (s *Simulator) Routes() []string { return s.world.Load().surface.Routes() }

// Work are the places that the offices of a simulator share with those of the workspaces that it hosts.
func (s *Simulator) Work() *turns.Slots { return s.work }

// Folder is that of the store.
func (s *Simulator) Folder() string { return s.folder }
