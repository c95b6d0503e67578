/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/respond/action.h"

const struct bh_action bh_actions[] = {
        { "kill", "end the process", BH_ON_PROCESS, NULL, bh_act_kill, NULL, NULL },
        { "kill-tree", "end the process and all it started", BH_ON_PROCESS, NULL, bh_act_kill_tree, NULL, NULL },
        { "suspend", "stop the process where it stands (SIGSTOP)", BH_ON_PROCESS, "resume", bh_act_suspend, bh_act_resume_process, NULL },
        { "pause", "freeze all processes of the container", BH_ON_CONTAINER, "resume", bh_act_pause, bh_act_resume, NULL },
        { "stop-container", "ask the container to end, and end it after ten seconds", BH_ON_CONTAINER, NULL, bh_act_stop_container, NULL, NULL },
        { "kill-container", "end all processes of the container at once", BH_ON_CONTAINER, NULL, bh_act_kill_container, NULL, NULL },
        { "isolate", "take the network from the container", BH_ON_CONTAINER, "release", bh_act_isolate, bh_act_release, bh_act_isolate_is_over },
        { "quarantine", "take the file away: the program that ran, or what was written", BH_ON_FILE, "restore", bh_act_quarantine, bh_act_restore, NULL },
        { "capture", "keep evidence: processes, sockets, files, in one signed archive", BH_ON_ANY, NULL, bh_act_capture, NULL, NULL },
        { 0 },
};

bool bh_action_takes_file(struct bh_str name) {
        for (const struct bh_action *a = bh_actions; a->name; a++)
                if (bh_str_is(name, a->name) || (a->undo && bh_str_is(name, a->undo)))
                        return a->on == BH_ON_FILE;
        return false;
}

const struct bh_action *bh_action_named(struct bh_str name) {
        for (const struct bh_action *a = bh_actions; a->name; a++)
                if (bh_str_is(name, a->name))
                        return a;
        return NULL;
}
