// SPDX-License-Identifier: Apache-2.0
// address: what an address looks like that the options may name. Form only: nothing is looked up or opened.
#ifndef RUN_ADDRESS_H
#define RUN_ADDRESS_H

#include "core/str.h"

#define ADDRESS_MAX 255 // bytes of a tcp address

bool address_is_tcp(struct str a); // begins with tcp://
bool address_ipc(struct str a);    // ipc:// and an absolute path of at most IPC_PATH_MAX bytes
// tcp://, a host's name or number (IPv6 in brackets; `*`, all of this host's, only where any is true), a port 1 to
// 65535.
bool address_tcp(struct str a, bool any);

#endif
