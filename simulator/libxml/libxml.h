#ifndef NCTSIM_LIBXML_H
#define NCTSIM_LIBXML_H

#include <stdint.h>
#include <stdlib.h>

/* Network, entities, DTDs, XInclude and recovery stay off: only the bytes that were given are read. */
#define NCT_PARSE_OPTIONS \
	(XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES)

void nct_init(void);

/* Gives back to the system what a document of this length has taken, if it was a large one. */
void nct_trim(int length);

/* What libxml2 says of one document. Texts are cut to the size of their arrays and always end in a zero byte. */

#define NCT_MAX_FAULTS 16
#define NCT_MAX_TEXT 240

typedef struct {
	int code; /* xmlParserErrors */
	int line, column; /* 1-based, 0 when not known */
	char text[NCT_MAX_TEXT];
} nct_fault;

typedef struct {
	int well_formed; /* 1 if the document could be parsed */
	int valid; /* 1 if it is also valid, -1 if libxml2 failed for a reason of its own */
	int count; /* faults found by validation, also those beyond NCT_MAX_FAULTS */
	nct_fault faults[NCT_MAX_FAULTS];
} nct_verdict;

void nct_validate(uintptr_t schema, const char *data, int length, nct_verdict *verdict);

/* Compiled XPath tests over one document. They serve one thread at a time. */
typedef struct nct_tests nct_tests;

typedef struct {
	int32_t test; /* in the order of nct_add_test */
	int32_t node; /* element that fails it: 0 is the root, then in document order */
} nct_failure;

/* What nct_run returns when it is not 0. */
#define NCT_UNREADABLE 1 /* the document could not be parsed */
#define NCT_BROKEN 2 /* libxml2 gave up on the test in nct_broken */

nct_tests *nct_tests_new(const char *prefix, const char *namespace_uri);
void nct_tests_free(nct_tests *m);

/* These give the number of what was added, or -1 if libxml2 refuses the expression; deps are numbers of variables. */
int nct_add_variable(nct_tests *m, const char *expr, int type, int depth, const int32_t *deps, int ndeps);
int nct_add_context(nct_tests *m, const char *expr);
int nct_add_test(nct_tests *m, const char *expr, int context, int depth, const int32_t *deps, int ndeps);

/* Runs the tests whose byte in enabled is not 0. The failures are kept until the next run. */
int nct_run(nct_tests *m, const char *data, int length, const uint8_t *enabled, int most);
const nct_failure *nct_failures(const nct_tests *m, int *count);
int nct_broken(const nct_tests *m);

#endif
