// SPDX-License-Identifier: Apache-2.0

// What the API server would say about manifests, for tests/e2e/test_deploy.py:
// each document of standard input is decoded strictly (an unknown or doubled
// field is an error), defaulted and validated by Kubernetes' own code. Prints a
// line for each: kind, name, and of what makes pods the strictest Pod Security
// level that lets them in. Errors go to standard error, and 1 is returned.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

func validate(o runtime.Object) (field.ErrorList, error) {
	switch o := o.(type) {
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(o, corevalidation.PodValidationOptions{}), nil
	case *apps.DaemonSet:
		return appsvalidation.ValidateDaemonSet(o, corevalidation.PodValidationOptions{}), nil
	case *core.Service:
		return corevalidation.ValidateServiceCreate(o), nil
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(o), nil
	case *core.PersistentVolumeClaim:
		return corevalidation.ValidatePersistentVolumeClaim(o, corevalidation.PersistentVolumeClaimSpecValidationOptions{}), nil
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(o, networkingvalidation.NetworkPolicyValidationOptions{}), nil
	}
	return nil, fmt.Errorf("nobody here validates a %T", o)
}

func template(o runtime.Object) *corev1.PodTemplateSpec {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return &o.Spec.Template
	case *appsv1.DaemonSet:
		return &o.Spec.Template
	}
	return nil
}

func level(t *corev1.PodTemplateSpec) api.Level {
	judge, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		panic(err)
	}
	for _, l := range []api.Level{api.LevelRestricted, api.LevelBaseline} {
		if policy.AggregateCheckResults(judge.EvaluatePod(api.LevelVersion{Level: l, Version: api.LatestVersion()}, &t.ObjectMeta, &t.Spec)).Allowed {
			return l
		}
	}
	return api.LevelPrivileged
}

func judge(codecs serializer.CodecFactory, text []byte) error {
	written, _, err := codecs.UniversalDeserializer().Decode(text, nil, nil)
	if err != nil {
		return err
	}
	internal, err := runtime.Decode(codecs.UniversalDecoder(), text) // with defaults
	if err != nil {
		return err
	}
	faults, err := validate(internal)
	if err != nil {
		return err
	}
	it, err := meta.Accessor(written)
	if err != nil {
		return err
	}
	kind := written.GetObjectKind().GroupVersionKind().Kind
	if len(faults) > 0 {
		return fmt.Errorf("%s %s: %w", kind, it.GetName(), faults.ToAggregate())
	}
	fmt.Print(kind, " ", it.GetName())
	if t := template(written); t != nil {
		fmt.Print(" ", level(t))
	}
	fmt.Println()
	return nil
}

func main() {
	capabilities.Setup(false, 0) // as --allow-privileged=false
	codecs := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)
	in := yaml.NewYAMLReader(bufio.NewReader(os.Stdin))
	status := 0
	for {
		text, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && len(bytes.TrimSpace(bytes.Trim(bytes.TrimSpace(text), "-"))) > 0 {
			err = judge(codecs, text)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			status = 1
		}
	}
	os.Exit(status)
}
