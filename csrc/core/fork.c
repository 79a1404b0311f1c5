#include "core/fork.h"

#include <pthread.h>
#include <stddef.h>

/* Held during a fork, so that no member comes or goes, and taken before any lock of a member. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static dsc_forkable *members;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before(void) {
    pthread_mutex_lock(&lock);
    for (dsc_forkable *m = members; m != NULL; m = m->next)
        m->before(m);
}

static void after(bool is_child) {
    for (dsc_forkable *m = members; m != NULL; m = m->next)
        m->after(m, is_child);
    pthread_mutex_unlock(&lock);
}

static void in_parent(void) {
    after(false);
}

static void in_child(void) {
    after(true);
}

static void install(void) {
    pthread_atfork(before, in_parent, in_child);
}

void dsc_fork_register(dsc_forkable *member) {
    pthread_once(&once, install);
    pthread_mutex_lock(&lock);
    member->previous = NULL;
    member->next = members;
    if (members != NULL)
        members->previous = member;
    members = member;
    pthread_mutex_unlock(&lock);
}

void dsc_fork_unregister(dsc_forkable *member) {
    pthread_mutex_lock(&lock);
    if (member->previous != NULL)
        member->previous->next = member->next;
    else
        members = member->next;
    if (member->next != NULL)
        member->next->previous = member->previous;
    pthread_mutex_unlock(&lock);
}
