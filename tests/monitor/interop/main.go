// Reads a log over HTTP with golang.org/x/mod/sumdb/{note,tlog}, which share no code with ours, and verifies the
// checkpoint's signature, the root, every entry's inclusion, and consistency between sizes.
//
// usage: interop URL VKEY MODE, where MODE is
//
//	all        the root rebuilt from the entries; all entries and all older sizes
//	some       a few entries and older sizes, through tiles only
//
// It prints one line of JSON. sumdb's own paths differ from c2sp.org/tlog-tiles ("tile/8/L/N" against "tile/L/N",
// "data" against "entries"); that, and the format of a bundle, is all that is adapted here.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const largest = 256 * (2 + 65535)

type log struct{ url string }

func (l log) get(path string) ([]byte, error) {
	answer, err := http.Get(l.url + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, largest))
}

func (l log) Height() int                         { return height }
func (l log) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (l log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := l.get(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// entries reads a bundle: each entry after its length in two bytes.
func (l log) entries(index, size int64) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: -1, N: index, W: int(min(size-index<<height, 1<<height))}
	data, err := l.get(strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1))
	if err != nil {
		return nil, err
	}
	var found [][]byte
	for len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data)) + 2
		found, data = append(found, data[2:length]), data[length:]
	}
	if len(found) != tile.W {
		return nil, fmt.Errorf("%s: %d entries", tile.Path(), len(found))
	}
	return found, nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func checkpoint(data []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	signed, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("another origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// rebuild stores the hashes of all entries and returns a reader of them, made from entries alone.
func rebuild(l log, size int64) (tlog.HashReader, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for start := int64(0); start < size; start += 1 << height {
		entries, err := l.entries(start>>height, size)
		if err != nil {
			return nil, err
		}
		for offset, entry := range entries {
			hashes, err := tlog.StoredHashes(start+int64(offset), entry, reader)
			if err != nil {
				return nil, err
			}
			stored = append(stored, hashes...)
		}
	}
	return reader, nil
}

func inclusion(l log, tree tlog.Tree, reader tlog.HashReader, index int64) error {
	proof, err := tlog.ProveRecord(tree.N, index, reader)
	if err != nil {
		return err
	}
	entries, err := l.entries(index>>height, tree.N)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entries[index%(1<<height)]))
}

func consistency(tree tlog.Tree, reader tlog.HashReader, old int64) error {
	before, err := tlog.TreeHash(old, reader)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, old, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old, before)
}

func run(url, vkey, mode string) (map[string]interface{}, error) {
	l := log{url}
	data, err := l.get("checkpoint")
	if err != nil {
		return nil, err
	}
	tree, err := checkpoint(data, vkey)
	if err != nil {
		return nil, err
	}
	// TileHashReader verifies each tile against the root before it uses it
	var reader tlog.HashReader = tlog.TileHashReader(tree, l)
	step := tree.N/7 + 1
	if mode == "all" {
		rebuilt, err := rebuild(l, tree.N)
		if err != nil {
			return nil, err
		}
		root, err := tlog.TreeHash(tree.N, rebuilt)
		if err != nil {
			return nil, err
		}
		if root != tree.Hash {
			return nil, fmt.Errorf("the entries give another root")
		}
		step = 1
	}
	included, consistent := 0, 0
	for index := int64(0); index < tree.N; index += step {
		if err := inclusion(l, tree, reader, index); err != nil {
			return nil, err
		}
		included++
		if err := consistency(tree, reader, index+1); err != nil {
			return nil, err
		}
		consistent++
	}
	return map[string]interface{}{
		"size": tree.N, "root": tree.Hash.String(), "included": included, "consistent": consistent,
	}, nil
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: interop URL VKEY all|some")
		os.Exit(2)
	}
	found, err := run(os.Args[1], os.Args[2], os.Args[3])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(found)
}
