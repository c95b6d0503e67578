// SPDX-License-Identifier: Apache-2.0

// golang.org/x/mod/semver, which the go command itself uses.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func mark(ok bool) string {
	if ok {
		return "+"
	}
	return "-"
}

func main() {
	in, out := bufio.NewScanner(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		a, b, _ := strings.Cut(in.Text(), "\t")
		va, vb := semver.IsValid(a), semver.IsValid(b)
		order := "?"
		if va && vb {
			order = string("<=>"[semver.Compare(a, b)+1])
		}
		fmt.Fprintln(out, order+mark(va)+mark(vb))
	}
}
