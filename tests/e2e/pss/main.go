// SPDX-License-Identifier: Apache-2.0

// The oracle of tests/e2e/test_pss.py: Kubernetes' own admission policy, asked
// about one Pod a line. For each level and version it prints the checks that
// forbid the pod; a version with the same answer as the one before is left out.
// pss_judge.c prints the same from ours.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sort"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/json"
)

const newest = 38 // one further than is known: judged as the newest

// Every check answers with its id in place of its reason.
func named() []policy.Check {
	checks := policy.DefaultChecks()
	for i := range checks {
		id := string(checks[i].ID)
		for v := range checks[i].Versions {
			ask := checks[i].Versions[v].CheckPod
			checks[i].Versions[v].CheckPod = func(m *metav1.ObjectMeta, s *corev1.PodSpec) policy.CheckResult {
				r := ask(m, s)
				r.ForbiddenReason = id
				return r
			}
		}
	}
	return checks
}

func broken(results []policy.CheckResult) string {
	var ids []string
	for _, r := range results {
		if !r.Allowed {
			ids = append(ids, r.ForbiddenReason)
		}
	}
	sort.Strings(ids)
	return strings.Join(ids, " ")
}

func main() {
	judge, err := policy.NewEvaluator(named(), nil)
	if err != nil {
		panic(err)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for n := 0; in.Scan(); n++ {
		var pod corev1.Pod
		if err := json.UnmarshalCaseSensitivePreserveInts(in.Bytes(), &pod); err != nil {
			fmt.Fprintf(os.Stderr, "line %d: %v\n", n+1, err)
			os.Exit(1)
		}
		for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
			before := "?"
			for minor := 0; minor <= newest; minor++ {
				lv := api.LevelVersion{Level: level, Version: api.MajorMinorVersion(1, minor)}
				now := broken(judge.EvaluatePod(lv, &pod.ObjectMeta, &pod.Spec))
				if now != before {
					fmt.Fprintf(out, "%d %s 1.%d: %s\n", n, level, minor, now)
				}
				before = now
			}
		}
	}
}
