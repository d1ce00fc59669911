#include "check.h"

#include <malloc.h>
#include <string.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>

/* Documents from this length on are few and take long anyway. */
#define NCT_LARGE (1 << 20)

/* Network, entities, DTDs, XInclude and recovery stay off: only the bytes that were given are read. */
static const int parse_options =
	XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES;

void nct_init(void) {
#ifdef M_ARENA_MAX
	/* After a burst of 5 MB messages glibc would keep an arena of that size for every thread. */
	mallopt(M_ARENA_MAX, 2);
#endif
	xmlInitParser();
}

/* glibc keeps what a large document has taken, some ten times its length, in pieces between what is in use. */
static void nct_trim(int length) {
#ifdef __GLIBC__
	if (length >= NCT_LARGE)
		malloc_trim(0);
#else
	(void)length;
#endif
}

static void keep(nct_fault *fault, const xmlError *error) {
	size_t n;
	fault->code = error->code;
	fault->line = error->line;
	fault->column = error->int2;
	fault->text[0] = 0;
	if (error->message == NULL)
		return;
	n = strlen(error->message);
	while (n > 0 && error->message[n - 1] == '\n')
		n--;
	if (n > NCT_MAX_TEXT - 1)
		n = NCT_MAX_TEXT - 1;
	/* do not cut a UTF-8 sequence in half */
	while (n > 0 && n == NCT_MAX_TEXT - 1 && ((unsigned char)error->message[n] & 0xC0) == 0x80)
		n--;
	memcpy(fault->text, error->message, n);
	fault->text[n] = 0;
}

static void on_fault(void *data, xmlErrorPtr error) {
	nct_verdict *verdict = data;
	if (verdict->count < NCT_MAX_FAULTS)
		keep(&verdict->faults[verdict->count], error);
	verdict->count++;
}

/* The schema is the pointer that the binding hands out as a number. One call does both the parsing and the validation of a document, because crossing from Go costs. */
void nct_check(uintptr_t schema, const char *data, int length, nct_verdict *verdict) {
	xmlParserCtxtPtr parser;
	xmlSchemaValidCtxtPtr validation;
	xmlDocPtr document;

	verdict->well_formed = 0;
	verdict->valid = 0;
	verdict->count = 0;
	verdict->fatal.code = 0;
	verdict->fatal.text[0] = 0;

	parser = xmlNewParserCtxt();
	if (parser == NULL) {
		verdict->valid = -1;
		return;
	}
	document = xmlCtxtReadMemory(parser, data, length, NULL, "UTF-8", parse_options);
	if (document == NULL || !parser->wellFormed || !parser->nsWellFormed) {
		keep(&verdict->fatal, &parser->lastError);
		if (document != NULL)
			xmlFreeDoc(document);
		xmlFreeParserCtxt(parser);
		nct_trim(length);
		return;
	}
	verdict->well_formed = 1;
	validation = xmlSchemaNewValidCtxt((xmlSchemaPtr)schema);
	if (validation == NULL) {
		verdict->valid = -1;
	} else {
		int result;
		xmlSchemaSetValidStructuredErrors(validation, on_fault, verdict);
		result = xmlSchemaValidateDoc(validation, document);
		verdict->valid = result == 0 ? 1 : result < 0 ? -1 : 0;
		xmlSchemaFreeValidCtxt(validation);
	}
	xmlFreeDoc(document);
	xmlFreeParserCtxt(parser);
	nct_trim(length);
}
