#ifndef NCTSIM_RULES_H
#define NCTSIM_RULES_H

#include <stdint.h>

/* All compiled tests over one message. A machine serves one thread at a time. */
typedef struct nct_machine nct_machine;

typedef struct {
	int32_t test; /* in the order of nct_add_test */
	int32_t node; /* element that fails it: 0 is the root, then in document order */
} nct_failure;

/* What nct_run returns when it is not 0. */
#define NCT_UNREADABLE 1 /* the document could not be parsed */
#define NCT_BROKEN 2 /* libxml2 gave up on the test in nct_machine_broken */

void nct_rules_init(void);
nct_machine *nct_machine_new(const char *prefix, const char *namespace_uri);
void nct_machine_free(nct_machine *m);

/* These give the number of what was added, or -1 if libxml2 refuses the expression; deps are numbers of variables. */
int nct_add_variable(nct_machine *m, const char *expr, int type, int depth, const int32_t *deps, int ndeps);
int nct_add_context(nct_machine *m, const char *expr);
int nct_add_test(nct_machine *m, const char *expr, int context, int depth, const int32_t *deps, int ndeps);

/* Runs the tests whose byte in enabled is not 0. The failures are the machine's until the next run. */
int nct_run(nct_machine *m, const char *data, int length, const uint8_t *enabled, int most);
const nct_failure *nct_failures(const nct_machine *m, int *count);
int nct_broken(const nct_machine *m);

#endif
