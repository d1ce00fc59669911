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

#endif
