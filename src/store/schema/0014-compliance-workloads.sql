-- SPDX-License-Identifier: Apache-2.0
-- Results of one workload of a cluster, found for reports.

CREATE INDEX compliance_result_workload ON compliance_result(host_id, namespace, workload) WHERE workload <> '';
