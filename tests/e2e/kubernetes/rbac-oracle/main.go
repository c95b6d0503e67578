// SPDX-License-Identifier: Apache-2.0

// The oracle of tests/e2e/test_rbac_oracle.py: the authorizer of the API server,
// asked about one world of roles and bindings a line. For each subject and
// namespace it prints the powers that it grants; rbac_judge.c prints the same
// from our graph. A power is granted when one of the requests that it is made
// of is; which these are stands in the file that is given.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/kubernetes/pkg/registry/rbac/validation"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
)

type right struct {
	cluster                 bool
	group, resource, within string // within: the subresource
	verbs                   []string
}

type power struct {
	symbol string
	rights []right
}

// Those that a rule can narrow to names and that still lead somewhere.
var nameable = map[string]bool{"BE_USER": true, "BE_GROUP": true, "BE_ACCOUNT": true, "TOKEN_MAKE": true, "BIND": true}

func readPowers(path string) []power {
	text, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	// The first of all is every right: what no list of words can hold.
	all := []power{{"ALL", []right{{false, "nobody.example", "nothings", "never", []string{"dream"}}}}}
	place := map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		f := strings.Split(line, "\t")
		resource, sub, _ := strings.Cut(f[3], "/")
		if _, known := place[f[0]]; !known {
			place[f[0]] = len(all)
			all = append(all, power{symbol: f[0]})
		}
		p := &all[place[f[0]]]
		p.rights = append(p.rights, right{f[1] == "cluster", f[2], resource, sub, strings.Split(f[4], ",")})
	}
	return all
}

type world struct {
	Objects struct {
		Items []json.RawMessage `json:"items"`
	} `json:"objects"`
	Subjects   []rbacv1.Subject `json:"subjects"`
	Namespaces []string         `json:"namespaces"`
	Names      []string         `json:"names"`
}

func must[T any](raw json.RawMessage) *T {
	var one T
	if err := json.Unmarshal(raw, &one); err != nil {
		panic(err)
	}
	return &one
}

func authorizerOf(w *world) authorizer.Authorizer {
	var roles []*rbacv1.Role
	var clusterRoles []*rbacv1.ClusterRole
	var bindings []*rbacv1.RoleBinding
	var clusterBindings []*rbacv1.ClusterRoleBinding
	for _, raw := range w.Objects.Items {
		switch must[struct{ Kind string }](raw).Kind {
		case "Role":
			roles = append(roles, must[rbacv1.Role](raw))
		case "ClusterRole":
			clusterRoles = append(clusterRoles, must[rbacv1.ClusterRole](raw))
		case "RoleBinding":
			bindings = append(bindings, must[rbacv1.RoleBinding](raw))
		case "ClusterRoleBinding":
			clusterBindings = append(clusterBindings, must[rbacv1.ClusterRoleBinding](raw))
		}
	}
	_, all := validation.NewTestRuleResolver(roles, bindings, clusterRoles, clusterBindings)
	return rbac.New(all, all, all, all)
}

// As the API server's authenticators would name them.
func userOf(s rbacv1.Subject) user.Info {
	switch s.Kind {
	case "Group":
		return &user.DefaultInfo{Groups: []string{s.Name}}
	case "ServiceAccount":
		return &user.DefaultInfo{Name: "system:serviceaccount:" + s.Namespace + ":" + s.Name,
			Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + s.Namespace, "system:authenticated"}}
	}
	if s.Name == user.Anonymous {
		return &user.DefaultInfo{Name: s.Name, Groups: []string{user.AllUnauthenticated}}
	}
	return &user.DefaultInfo{Name: s.Name, Groups: []string{user.AllAuthenticated}}
}

func (r *right) granted(a authorizer.Authorizer, u user.Info, namespace, name string) bool {
	if r.cluster {
		namespace = ""
	}
	for _, verb := range r.verbs {
		d, _, _ := a.Authorize(context.Background(), authorizer.AttributesRecord{User: u, Verb: verb, Namespace: namespace, APIGroup: r.group, APIVersion: "v1",
			Resource: r.resource, Subresource: r.within, Name: name, ResourceRequest: true})
		if d == authorizer.DecisionAllow {
			return true
		}
	}
	return false
}

func (p *power) granted(a authorizer.Authorizer, u user.Info, namespace, name string) bool {
	for i := range p.rights {
		if p.rights[i].granted(a, u, namespace, name) {
			return true
		}
	}
	return false
}

func main() {
	powers := readPowers(os.Args[1])
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	decisions := 0
	for n := 0; in.Scan(); n++ {
		w := must[world](in.Bytes())
		a := authorizerOf(w)
		for i, s := range w.Subjects {
			u := userOf(s)
			for _, namespace := range w.Namespaces {
				fmt.Fprintf(out, "%d %d %s:", n, i, namespace)
				for k := range powers {
					p := &powers[k]
					decisions++
					if p.granted(a, u, namespace, "") {
						fmt.Fprintf(out, " %s", p.symbol)
						continue
					}
					for _, name := range w.Names {
						if !nameable[p.symbol] {
							break
						}
						decisions++
						if p.granted(a, u, namespace, name) {
							fmt.Fprintf(out, " %s/%s", p.symbol, name)
						}
					}
				}
				fmt.Fprintln(out)
			}
		}
	}
	fmt.Fprintf(os.Stderr, "%d\n", decisions)
}
