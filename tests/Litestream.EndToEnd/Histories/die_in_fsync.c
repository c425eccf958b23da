/*
 * Preloaded into an application of the tests: kills it inside the fsync of a WAL, after its commit frame is written and before the wal-index
 * tells anybody of the commit. SQLite's other syncs return at once: a killed process loses nothing that the kernel has.
 *
 * DIE_AT=n       in the n-th sync of a WAL
 * DIE_WHEN=path  in the first one after that file appeared
 * DIE_AFTER=ms   so long after it began, 0 unless said
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <unistd.h>

static int is_wal(int descriptor)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int is_time(void)
{
    static int syncs;
    const char *at = getenv("DIE_AT"), *when = getenv("DIE_WHEN");
    return (at && __atomic_add_fetch(&syncs, 1, __ATOMIC_SEQ_CST) == atoi(at)) || (when && access(when, F_OK) == 0);
}

static int synced(int descriptor)
{
    if (is_wal(descriptor) && is_time())
    {
        const char *after = getenv("DIE_AFTER");
        usleep(1000 * (after ? atoi(after) : 0));
        kill(getpid(), SIGKILL);
    }
    return 0;
}

int fsync(int descriptor) { return synced(descriptor); }
int fdatasync(int descriptor) { return synced(descriptor); }
