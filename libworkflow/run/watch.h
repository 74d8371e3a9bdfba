// SPDX-License-Identifier: Apache-2.0
// watch: bounds what one peer of a public socket makes libzmq hold. libzmq bounds a frame and the number of whole
// messages, but not the parts of one message: a peer that never says the last part has everything kept that it sends.
// So the bytes that came in since the program last took a message are counted for each connection, and where they are
// more than whole messages can be, it is cut.
#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define WATCH_UNREAD_MAX ((int64_t)40 << 20) // bytes of one connection; bus.c keeps whole messages below it
#define WATCH_MS 50                          // how often it wants to look

void watch_port(int port, bool on); // a TCP port that we listen at; at most 8
void watch_took(int fd);            // the program has taken a message that came over this connection
void watch_look(void);              // by one thread: zap's, which ends with watch_end
void watch_end(void);
int64_t watch_cut(void); // connections cut so far; any thread may ask

#endif
