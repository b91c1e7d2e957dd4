/* SPDX-License-Identifier: MIT
 *
 * What a user typed for a DAC.
 */
#include <beamjack/dacs.h>

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);
void __wrap_freeaddrinfo(struct addrinfo *found);

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found)
{
    static struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {0x0100007f}};
    static struct addrinfo info = {.ai_family = AF_INET,
                                   .ai_addrlen = sizeof address,
                                   .ai_addr = (struct sockaddr *)&address};

    (void)service, (void)hints;
    if (strlen(host) % 3 == 0)
        return EAI_NONAME;
    *found = &info;
    return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *found)
{
    (void)found;
}

static bool is_terminated(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1), why[200] = "";
    struct bj_dac_info info;
    enum bj_status status;

    if (text == NULL)
        abort();
    memcpy(text, bytes, size);
    text[size] = '\0';
    status = bj_dac_parse(text, &info, why, sizeof why);
    if (!is_terminated(why, sizeof why) || (status != BJ_OK && why[0] == '\0'))
        abort();
    if (status == BJ_OK &&
        (info.driver == NULL || !is_terminated(info.id, sizeof info.id) ||
         !is_terminated(info.where, sizeof info.where)))
        abort();
    free(text);
    return 0;
}
