/* SPDX-License-Identifier: MIT */
#include "lasercube/lasercube_retry.h"

static const enum lc_opcode opcodes[LC_COMMANDS] = {
    [LC_COMMAND_OUTPUT] = LC_OUTPUT,       [LC_COMMAND_CLEAR] = LC_CLEAR,
    [LC_COMMAND_REPORTS] = LC_REPORTS,     [LC_COMMAND_RATE] = LC_RATE,
    [LC_COMMAND_THRESHOLD] = LC_THRESHOLD,
};

void lc_retry_give(struct lc_retry *retry, enum lc_command_kind kind, uint32_t value,
                   int64_t now_ns)
{
    retry->command[kind] = (struct lc_command){
        .open = true, .value = value, .given_ns = now_ns, .next_ns = now_ns};
}

bool lc_retry_next(struct lc_retry *retry, int64_t now_ns, uint8_t bytes[LC_COMMAND_SIZE],
                   size_t *size)
{
    for (int kind = 0; kind < LC_COMMANDS; kind++) {
        struct lc_command *command = &retry->command[kind];
        if (!command->open || now_ns < command->next_ns)
            continue;
        command->tries++;
        command->next_ns = now_ns + LC_RETRY_NS;
        *size = lc_encode_command(bytes, opcodes[kind], command->value);
        return true;
    }
    return false;
}

void lc_retry_put_off(struct lc_retry *retry, enum lc_opcode opcode, int64_t until_ns)
{
    for (int kind = 0; kind < LC_COMMANDS; kind++) {
        struct lc_command *command = &retry->command[kind];
        if (opcodes[kind] != opcode || !command->open)
            continue;
        command->tries--;
        command->next_ns = until_ns;
    }
}

int64_t lc_retry_due_ns(const struct lc_retry *retry)
{
    int64_t due_ns = BJ_NEVER;

    for (int kind = 0; kind < LC_COMMANDS; kind++) {
        const struct lc_command *command = &retry->command[kind];
        if (command->open && command->next_ns < due_ns)
            due_ns = command->next_ns;
    }
    return due_ns;
}

void lc_retry_answered(struct lc_retry *retry, const struct lc_reply *reply)
{
    for (int kind = 0; kind < LC_COMMANDS; kind++) {
        struct lc_command *command = &retry->command[kind];
        if ((uint8_t)opcodes[kind] != reply->opcode || command->tries == 0)
            continue;
        command->refused = command->open && !reply->good;
        command->open = false;
    }
}

void lc_retry_drop(struct lc_retry *retry, enum lc_command_kind kind)
{
    retry->command[kind].open = false;
}

void lc_retry_drop_all(struct lc_retry *retry)
{
    *retry = (struct lc_retry){0};
}

bool lc_retry_open(const struct lc_retry *retry)
{
    return lc_retry_due_ns(retry) != BJ_NEVER;
}

bool lc_retry_settled(const struct lc_retry *retry, enum lc_command_kind kind,
                      int64_t for_ns, int64_t now_ns)
{
    const struct lc_command *command = &retry->command[kind];

    return !command->open && now_ns - command->given_ns >= for_ns;
}
