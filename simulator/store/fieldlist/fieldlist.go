// Package fieldlist writes structs as lists of fields: name, then value, each with its length in front; fields that are zero are
// left out. The names are those of the json tags. So a field can be added to a struct at any time: old records do not have
// it, and a program that does not know it passes over it. JSON has the same virtues but takes several times as long
// (BenchmarkCodec), and most of what the writer of the store does for a movement is encoding.
//
// Texts are their bytes; integers and times (milliseconds since 1970) are varints; true has no bytes; a struct within is a list
// of fields; a slice of structs is their lists, each with its length; everything else, maps for instance, is JSON.
package fieldlist

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"
)

// Append appends what is in a struct to b. Fields that are zero or not exported are left out. The error names the field that
// cannot be written.
func Append[T any](b []byte, v *T) ([]byte, error) {
	b, err := layoutFor(reflect.TypeFor[T]()).append(b, reflect.ValueOf(v).Elem())
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", reflect.TypeFor[T](), err)
	}
	return b, nil
}

// Decode reads what Append wrote into a zero v. Nothing in v points to b. The error says which field is not what was written.
func Decode[T any](b []byte, v *T) error {
	if err := layoutFor(reflect.TypeFor[T]()).decode(string(b), reflect.ValueOf(v).Elem()); err != nil {
		return fmt.Errorf("decode %s: %w", reflect.TypeFor[T](), err)
	}
	return nil
}

// layouts are those of the types that were used so far.
var layouts sync.Map

func layoutFor(t reflect.Type) *layout {
	if l, ok := layouts.Load(t); ok {
		return l.(*layout)
	}
	l, _ := layouts.LoadOrStore(t, layoutOf(t))
	return l.(*layout)
}

// form is how a value is written.
type form int

const (
	textForm form = iota
	integerForm
	naturalForm
	truthForm
	timeForm
	structForm
	structsForm
	jsonForm
)

// layout is the fields of a struct type.
type layout struct{ fields []field }

type field struct {
	name   string
	index  int
	form   form
	layout *layout // of structForm and structsForm
}

var timeType = reflect.TypeFor[time.Time]()

func layoutOf(t reflect.Type) *layout {
	l := &layout{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		form, within := formOf(f.Type)
		l.fields = append(l.fields, field{name, i, form, within})
	}
	return l
}

func formOf(t reflect.Type) (form, *layout) {
	switch t.Kind() {
	case reflect.String:
		return textForm, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return integerForm, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return naturalForm, nil
	case reflect.Bool:
		return truthForm, nil
	case reflect.Struct:
		if t == timeType {
			return timeForm, nil
		}
		return structForm, layoutOf(t)
	case reflect.Slice:
		if e := t.Elem(); e.Kind() == reflect.Struct && e != timeType {
			return structsForm, layoutOf(e)
		}
	}
	return jsonForm, nil
}

func (l *layout) append(b []byte, v reflect.Value) ([]byte, error) {
	for i := range l.fields {
		f := &l.fields[i]
		fv := v.Field(f.index)
		if fv.IsZero() {
			continue
		}
		b = append(binary.AppendUvarint(b, uint64(len(f.name))), f.name...)
		var err error
		if b, err = f.append(b, fv); err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
	}
	return b, nil
}

// append appends the value of the field and its length.
func (f *field) append(b []byte, v reflect.Value) ([]byte, error) {
	if f.form == textForm {
		s := v.String()
		return append(binary.AppendUvarint(b, uint64(len(s))), s...), nil
	}
	start := len(b)
	b = append(b, 0) // the length, of most values
	var err error
	switch f.form {
	case integerForm:
		b = binary.AppendVarint(b, v.Int())
	case naturalForm:
		b = binary.AppendUvarint(b, v.Uint())
	case truthForm:
	case timeForm:
		b = binary.AppendVarint(b, v.Addr().Interface().(*time.Time).UnixMilli())
	case structForm:
		b, err = f.layout.append(b, v)
	case structsForm:
		b, err = f.appendAll(b, v)
	default:
		var j []byte
		j, err = json.Marshal(v.Interface())
		b = append(b, j...)
	}
	if err != nil {
		return nil, err
	}
	return measure(b, start), nil
}

func (f *field) appendAll(b []byte, v reflect.Value) ([]byte, error) {
	for i := range v.Len() {
		start := len(b)
		var err error
		if b, err = f.layout.append(append(b, 0), v.Index(i)); err != nil {
			return nil, err
		}
		b = measure(b, start)
	}
	return b, nil
}

// measure puts the length of what follows the byte at start in its place, and makes room when the
// length needs more than that byte.
func measure(b []byte, start int) []byte {
	size := uint64(len(b) - start - 1)
	if size < 0x80 {
		b[start] = byte(size)
		return b
	}
	var length [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(length[:], size)
	b = append(b, length[1:n]...)
	copy(b[start+n:], b[start+1:])
	copy(b[start:], length[:n])
	return b
}

var errCut = errors.New("it is cut off")

// decode reads fields into v. They come in the order of the layout, unless another version wrote them.
func (l *layout) decode(s string, v reflect.Value) error {
	next := 0
	for s != "" {
		var name, value string
		var ok bool
		if name, s, ok = cutSized(s); !ok {
			return errCut
		}
		if value, s, ok = cutSized(s); !ok {
			return errCut
		}
		i := l.find(name, next)
		if i < 0 {
			continue
		}
		next = i + 1
		f := &l.fields[i]
		if err := f.decode(value, v.Field(f.index)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// find is the place of the field of a name, looked for from next on; negative when there is none.
func (l *layout) find(name string, next int) int {
	for i := next; i < len(l.fields); i++ {
		if l.fields[i].name == name {
			return i
		}
	}
	for i := range min(next, len(l.fields)) {
		if l.fields[i].name == name {
			return i
		}
	}
	return -1
}

func (f *field) decode(s string, v reflect.Value) error {
	switch f.form {
	case textForm:
		v.SetString(s)
	case integerForm:
		n, ok := varint(s)
		if !ok || v.OverflowInt(n) {
			return errCut
		}
		v.SetInt(n)
	case naturalForm:
		n, rest, ok := uvarint(s)
		if !ok || rest != "" || v.OverflowUint(n) {
			return errCut
		}
		v.SetUint(n)
	case truthForm:
		v.SetBool(true)
	case timeForm:
		n, ok := varint(s)
		if !ok {
			return errCut
		}
		*v.Addr().Interface().(*time.Time) = time.UnixMilli(n).UTC()
	case structForm:
		return f.layout.decode(s, v)
	case structsForm:
		return f.decodeAll(s, v)
	default:
		return json.Unmarshal([]byte(s), v.Addr().Interface())
	}
	return nil
}

func (f *field) decodeAll(s string, v reflect.Value) error {
	for s != "" {
		var one string
		var ok bool
		if one, s, ok = cutSized(s); !ok {
			return errCut
		}
		e := reflect.New(v.Type().Elem()).Elem()
		if err := f.layout.decode(one, e); err != nil {
			return err
		}
		v.Set(reflect.Append(v, e))
	}
	return nil
}

// cutSized cuts a value with its length in front off s.
func cutSized(s string) (value, rest string, ok bool) {
	size, s, ok := uvarint(s)
	if !ok || size > uint64(len(s)) {
		return "", "", false
	}
	return s[:size], s[size:], true
}

// uvarint cuts a varint off s.
func uvarint(s string) (n uint64, rest string, ok bool) {
	if s != "" && s[0] < 0x80 {
		return uint64(s[0]), s[1:], true
	}
	for i := range min(len(s), binary.MaxVarintLen64) {
		n |= uint64(s[i]&0x7f) << (7 * i)
		if s[i] < 0x80 {
			return n, s[i+1:], true
		}
	}
	return 0, "", false
}

// varint is the signed number that s consists of.
func varint(s string) (int64, bool) {
	u, rest, ok := uvarint(s)
	n := int64(u >> 1)
	if u&1 != 0 {
		n = ^n
	}
	return n, ok && rest == ""
}
