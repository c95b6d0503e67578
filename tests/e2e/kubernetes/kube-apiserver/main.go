// SPDX-License-Identifier: Apache-2.0

// Kubernetes' own API server, for tests/e2e/kubernetes_help.py: its modules are
// fetched and built through the Go module proxy, as nobody packages it.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(cli.Run(app.NewAPIServerCommand()))
}
