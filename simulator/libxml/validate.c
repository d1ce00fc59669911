#include "libxml.h"

#include <string.h>
#include <libxml/SAX2.h>
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

/* A validation while a document is parsed. The validator gets the events of the parser through here, because it needs time
   that grows with the square of the pieces of a text: it gets each text in one piece. */
typedef struct {
	const char *data; /* what the parser has not read yet */
	int left;
	xmlParserCtxtPtr parser;
	xmlSAXHandlerPtr validator;
	void *validation; /* what the validator's functions are called with */
	xmlChar *text;
	int length, room;
	int broken; /* there was no memory for a text */
} stream;

static int read_more(void *context, char *buffer, int room) {
	stream *s = context;
	int n = room < s->left ? room : s->left;
	memcpy(buffer, s->data, n);
	s->data += n;
	s->left -= n;
	return n;
}

static int locate(void *context, const char **file, unsigned long *line) {
	*file = NULL;
	*line = xmlSAX2GetLineNumber(context);
	return 0;
}

static void flush_text(stream *s) {
	if (s->length > 0)
		s->validator->characters(s->validation, s->text, s->length);
	s->length = 0;
}

/* CDATA sections are text like any other. */
static void on_text(void *context, const xmlChar *text, int length) {
	stream *s = context;
	if (length > s->room - s->length) {
		int room = 2 * s->room > s->length + length ? 2 * s->room : s->length + length + 256;
		xmlChar *larger = realloc(s->text, room);
		if (larger == NULL) {
			s->broken = 1;
			xmlStopParser(s->parser);
			return;
		}
		s->text = larger;
		s->room = room;
	}
	memcpy(s->text + s->length, text, length);
	s->length += length;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nnamespaces,
		const xmlChar **namespaces, int nattributes, int ndefaulted, const xmlChar **attributes) {
	stream *s = context;
	flush_text(s);
	s->validator->startElementNs(s->validation, name, prefix, uri, nnamespaces, namespaces, nattributes, ndefaulted, attributes);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
	stream *s = context;
	flush_text(s);
	s->validator->endElementNs(s->validation, name, prefix, uri);
}

static void parse(stream *s, nct_verdict *verdict) {
	xmlSAXHandlerPtr builder = s->parser->sax;
	xmlSAXHandler handler;
	memset(&handler, 0, sizeof handler);
	handler.initialized = XML_SAX2_MAGIC;
	handler.startElementNs = on_start;
	handler.endElementNs = on_end;
	handler.characters = handler.ignorableWhitespace = handler.cdataBlock = on_text;
	s->parser->sax = &handler;
	s->parser->userData = s;
	/* Namespaces were looked at before; libxml2 also refuses colons in names that have nothing to do with them. */
	xmlCtxtReadIO(s->parser, read_more, NULL, s, NULL, "UTF-8", NCT_PARSE_OPTIONS);
	verdict->well_formed = s->parser->wellFormed;
	s->parser->sax = builder;
}

/* The schema is the pointer that the binding hands out as a number. Nothing is kept of the document: its tree would take ten
   times its length. */
void nct_validate(uintptr_t schema, const char *data, int length, nct_verdict *verdict) {
	stream s = {.data = data, .left = length};
	xmlSchemaValidCtxtPtr validation = xmlSchemaNewValidCtxt((xmlSchemaPtr)schema);
	xmlSchemaSAXPlugPtr plug = NULL;

	verdict->well_formed = 0;
	verdict->valid = -1;
	verdict->count = 0;
	s.parser = xmlNewParserCtxt();
	if (validation != NULL && s.parser != NULL) {
		xmlSchemaSetValidStructuredErrors(validation, on_fault, verdict);
		xmlSchemaValidateSetLocator(validation, locate, s.parser);
		plug = xmlSchemaSAXPlug(validation, &s.validator, &s.validation);
	}
	if (plug != NULL) {
		parse(&s, verdict);
		if (!s.broken)
			verdict->valid = verdict->well_formed && xmlSchemaIsValid(validation);
		xmlSchemaSAXUnplug(plug);
	}
	free(s.text);
	xmlFreeParserCtxt(s.parser);
	xmlSchemaFreeValidCtxt(validation);
}
