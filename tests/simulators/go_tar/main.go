// Reads archives from standard input, each after its length in 8 bytes (big-endian), and prints what Go's archive/tar,
// with which container engines unpack layers, makes of each: one line of JSON.
package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
)

// How much of a file is read: sparse files may be larger than any memory.
const most = 1 << 22

type member struct {
	Name, Target []byte
	Flag         byte
	Size, Mode   int64
	Content      string
	Error        string
}

type reading struct {
	Members []member
	Error   string
}

func read(archive []byte) reading {
	found := reading{Members: []member{}}
	reader := tar.NewReader(bytes.NewReader(archive))
	for {
		header, err := reader.Next()
		if err == io.EOF {
			return found
		}
		if err != nil {
			found.Error = err.Error()
			return found
		}
		hash := sha256.New()
		_, err = io.Copy(hash, io.LimitReader(reader, most))
		one := member{[]byte(header.Name), []byte(header.Linkname), header.Typeflag, header.Size, header.Mode, "", ""}
		one.Content = hex.EncodeToString(hash.Sum(nil))
		if err != nil {
			one.Error = err.Error()
		}
		found.Members = append(found.Members, one)
	}
}

func main() {
	input := bufio.NewReader(os.Stdin)
	output := json.NewEncoder(os.Stdout)
	for {
		var length uint64
		if binary.Read(input, binary.BigEndian, &length) != nil {
			return
		}
		archive := make([]byte, length)
		if _, err := io.ReadFull(input, archive); err != nil {
			panic(err)
		}
		if err := output.Encode(read(archive)); err != nil {
			panic(err)
		}
	}
}
