package simulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"nctsim/simulator/store"
)

// StoreFile is the file of the store in a data folder (Config.Data); the path of such a file stands for itself.
func StoreFile(data string) string {
	if info, err := os.Stat(data); err == nil && !info.IsDir() {
		return data
	}
	return filepath.Join(data, storeFile)
}

// CheckStore looks at the store in a data folder that no simulator has open, without changing it. The error says why it could
// not look, and what to do.
func CheckStore(data string) (store.Inspection, error) {
	seen, err := store.Inspect(StoreFile(data))
	switch {
	case errors.Is(err, store.ErrInUse):
		err = fmt.Errorf("%w; hint: stop the simulator that has it open, and check then", err)
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("there is no store in %s; hint: name the folder that nctsim serve has as --data", data)
	case errors.Is(err, store.ErrNewer):
		err = fmt.Errorf("%w; hint: check it with that version or a later one", err)
	}
	return seen, err
}
