#include "libxml.h"

#include <string.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>

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
void nct_validate(uintptr_t schema, const char *data, int length, nct_verdict *verdict) {
	xmlParserCtxtPtr parser;
	xmlSchemaValidCtxtPtr validation;
	xmlDocPtr document;

	verdict->well_formed = 0;
	verdict->valid = 0;
	verdict->count = 0;

	parser = xmlNewParserCtxt();
	if (parser == NULL) {
		verdict->valid = -1;
		return;
	}
	document = xmlCtxtReadMemory(parser, data, length, NULL, "UTF-8", NCT_PARSE_OPTIONS);
	/* Namespaces are looked at before; libxml2 also refuses colons in names that have nothing to do with them. */
	if (document == NULL || !parser->wellFormed) {
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
