#include "libxml.h"

#include <string.h>
#include <libxml/hash.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

/* Types of variables, in the order of ValueType. */
enum { AS_SET, AS_BOOL, AS_NUMBER, AS_TEXT };

typedef struct {
	xmlXPathCompExprPtr expr;
	int depth;
	int ndeps;
	int *deps;
} expression;

/* A variable keeps its value for the last element that it was evaluated at. Elements are visited in document order, so
   each is evaluated once. */
typedef struct {
	expression e;
	int type;
	xmlNodePtr base;
	xmlXPathObjectPtr value;
	xmlHashTablePtr texts; /* of the elements in the value; NULL until somebody looks a text up among them */
} variable;

typedef struct {
	expression e;
	int context;
} test;

struct nct_tests {
	xmlXPathContextPtr xpath;
	int nvariables, ncontexts, ntests, nfailures, room, broken;
	variable *variables;
	xmlXPathCompExprPtr *contexts;
	test *tests;
	nct_failure *failures;
};

static void silent(void *data, xmlErrorPtr error) {
	(void)data;
	(void)error;
}

/* Variables are named v0, v1, ... The value that is given away is freed by libxml2, so it is a copy. */
static xmlXPathObjectPtr look_up(void *data, const xmlChar *name, const xmlChar *ns) {
	nct_tests *m = data;
	int i;
	(void)ns;
	if (name[0] != 'v')
		return NULL;
	i = atoi((const char *)name + 1);
	if (i >= m->nvariables || m->variables[i].value == NULL)
		return NULL;
	return xmlXPathObjectCopy(m->variables[i].value);
}

static void forget_value(variable *v) {
	if (v->value != NULL)
		xmlXPathFreeObject(v->value);
	if (v->texts != NULL)
		xmlHashFree(v->texts, NULL);
	v->value = NULL;
	v->texts = NULL;
	v->base = NULL;
}

/* The texts of a set of elements, NULL if there is no memory. */
static xmlHashTablePtr texts_of(const xmlNodeSet *nodes) {
	int i, count = nodes == NULL ? 0 : nodes->nodeNr;
	xmlHashTablePtr texts = xmlHashCreate(count + 1);
	for (i = 0; texts != NULL && i < count; i++) {
		xmlChar *text = xmlXPathCastNodeToString(nodes->nodeTab[i]);
		if (text != NULL)
			xmlHashAddEntry(texts, text, texts);
		xmlFree(text);
	}
	return texts;
}

/* among(elements, 3) is elements = $v3 for a variable that is a set. libxml2 compares each with each and copies the
   variable for it, so that the time for all elements of a document grows with their square; this looks them up. */
static void among(xmlXPathParserContextPtr ctxt, int nargs) {
	nct_tests *m = ctxt->context->varLookupData;
	xmlXPathObjectPtr elements;
	variable *v;
	int i, number, found = 0;
	CHECK_ARITY(2);
	number = (int)xmlXPathPopNumber(ctxt);
	CHECK_ERROR;
	if (number < 0 || number >= m->nvariables)
		XP_ERROR(XPATH_UNDEF_VARIABLE_ERROR);
	v = &m->variables[number];
	if (v->value == NULL || v->value->type != XPATH_NODESET)
		XP_ERROR(XPATH_INVALID_TYPE);
	CHECK_TYPE(XPATH_NODESET);
	if (v->texts == NULL)
		v->texts = texts_of(v->value->nodesetval);
	if (v->texts == NULL)
		XP_ERROR(XPATH_MEMORY_ERROR);
	elements = valuePop(ctxt);
	for (i = 0; !found && elements->nodesetval != NULL && i < elements->nodesetval->nodeNr; i++) {
		xmlChar *text = xmlXPathCastNodeToString(elements->nodesetval->nodeTab[i]);
		found = text != NULL && xmlHashLookup(v->texts, text) != NULL;
		xmlFree(text);
	}
	xmlXPathFreeObject(elements);
	valuePush(ctxt, xmlXPathNewBoolean(found));
}

nct_tests *nct_tests_new(const char *prefix, const char *namespace_uri) {
	nct_tests *m = calloc(1, sizeof *m);
	if (m == NULL)
		return NULL;
	m->xpath = xmlXPathNewContext(NULL);
	if (m->xpath == NULL) {
		free(m);
		return NULL;
	}
	m->xpath->error = silent;
	xmlXPathRegisterNs(m->xpath, BAD_CAST prefix, BAD_CAST namespace_uri);
	xmlXPathRegisterVariableLookup(m->xpath, look_up, m);
	xmlXPathRegisterFunc(m->xpath, BAD_CAST "among", among);
	xmlXPathContextSetCache(m->xpath, 1, -1, 0);
	return m;
}

static void forget_values(nct_tests *m) {
	int i;
	for (i = 0; i < m->nvariables; i++)
		forget_value(&m->variables[i]);
}

void nct_tests_free(nct_tests *m) {
	int i;
	forget_values(m);
	for (i = 0; i < m->nvariables; i++) {
		xmlXPathFreeCompExpr(m->variables[i].e.expr);
		free(m->variables[i].e.deps);
	}
	for (i = 0; i < m->ncontexts; i++)
		xmlXPathFreeCompExpr(m->contexts[i]);
	for (i = 0; i < m->ntests; i++) {
		xmlXPathFreeCompExpr(m->tests[i].e.expr);
		free(m->tests[i].e.deps);
	}
	xmlXPathFreeContext(m->xpath);
	free(m->variables);
	free(m->contexts);
	free(m->tests);
	free(m->failures);
	free(m);
}

/* Makes room for one more element of an array; 0 if there is no memory. */
static int grow(void **array, int count, size_t size) {
	void *larger = realloc(*array, (count + 1) * size);
	if (larger == NULL)
		return 0;
	*array = larger;
	return 1;
}

static int compile(nct_tests *m, expression *e, const char *text, int depth, const int32_t *deps, int ndeps) {
	e->expr = xmlXPathCtxtCompile(m->xpath, BAD_CAST text);
	if (e->expr == NULL)
		return 0;
	e->depth = depth;
	e->ndeps = ndeps;
	e->deps = malloc((ndeps + 1) * sizeof *e->deps);
	if (e->deps == NULL) {
		xmlXPathFreeCompExpr(e->expr);
		return 0;
	}
	if (ndeps > 0)
		memcpy(e->deps, deps, ndeps * sizeof *deps);
	return 1;
}

int nct_add_variable(nct_tests *m, const char *expr, int type, int depth, const int32_t *deps, int ndeps) {
	variable *v;
	if (!grow((void **)&m->variables, m->nvariables, sizeof *v))
		return -1;
	v = &m->variables[m->nvariables];
	memset(v, 0, sizeof *v);
	v->type = type;
	return compile(m, &v->e, expr, depth, deps, ndeps) ? m->nvariables++ : -1;
}

int nct_add_context(nct_tests *m, const char *expr) {
	xmlXPathCompExprPtr compiled;
	if (!grow((void **)&m->contexts, m->ncontexts, sizeof compiled))
		return -1;
	compiled = xmlXPathCtxtCompile(m->xpath, BAD_CAST expr);
	if (compiled == NULL)
		return -1;
	m->contexts[m->ncontexts] = compiled;
	return m->ncontexts++;
}

int nct_add_test(nct_tests *m, const char *expr, int context, int depth, const int32_t *deps, int ndeps) {
	test *t;
	if (!grow((void **)&m->tests, m->ntests, sizeof *t))
		return -1;
	t = &m->tests[m->ntests];
	t->context = context;
	return compile(m, &t->e, expr, depth, deps, ndeps) ? m->ntests++ : -1;
}

/* Numbers the elements in document order. */
static void number_elements(xmlDocPtr doc) {
	xmlNodePtr node = xmlDocGetRootElement(doc);
	intptr_t n = 0;
	while (node != NULL) {
		if (node->type == XML_ELEMENT_NODE)
			node->_private = (void *)n++;
		if (node->type == XML_ELEMENT_NODE && node->children != NULL) {
			node = node->children;
			continue;
		}
		while (node != NULL && node->next == NULL) {
			node = node->parent;
			if (node == NULL || node->type != XML_ELEMENT_NODE)
				return;
		}
		if (node != NULL)
			node = node->next;
	}
}

/* Makes sure that the variables of an expression have their values for a node at the expression's depth. */
static int prepare(nct_tests *m, const expression *e, xmlNodePtr node) {
	int i, depth;
	for (i = 0; i < e->ndeps; i++) {
		variable *v = &m->variables[e->deps[i]];
		xmlNodePtr base = node;
		if (v->e.depth == 0)
			base = (xmlNodePtr)m->xpath->doc;
		else
			for (depth = e->depth; depth > v->e.depth; depth--)
				base = base->parent;
		if (v->base == base)
			continue;
		if (!prepare(m, &v->e, base))
			return 0;
		forget_value(v);
		m->xpath->node = base;
		if (v->type == AS_BOOL) {
			int truth = xmlXPathCompiledEvalToBoolean(v->e.expr, m->xpath);
			if (truth >= 0)
				v->value = xmlXPathNewBoolean(truth);
		} else {
			v->value = xmlXPathCompiledEval(v->e.expr, m->xpath);
		}
		v->base = v->value == NULL ? NULL : base;
		if (v->value == NULL)
			return 0;
	}
	return 1;
}

static int note(nct_tests *m, int test, xmlNodePtr node) {
	if (m->nfailures == m->room) {
		int room = m->room == 0 ? 64 : 2 * m->room;
		nct_failure *larger = realloc(m->failures, room * sizeof *larger);
		if (larger == NULL)
			return 0;
		m->failures = larger;
		m->room = room;
	}
	m->failures[m->nfailures].test = test;
	m->failures[m->nfailures].node = (int32_t)(intptr_t)node->_private;
	m->nfailures++;
	return 1;
}

static int run_test(nct_tests *m, int number, const xmlNodeSet *nodes, int most) {
	const test *t = &m->tests[number];
	int i;
	for (i = 0; i < nodes->nodeNr && m->nfailures < most; i++) {
		int truth = -1;
		xmlNodePtr node = nodes->nodeTab[i];
		if (prepare(m, &t->e, node)) {
			m->xpath->node = node;
			truth = xmlXPathCompiledEvalToBoolean(t->e.expr, m->xpath);
		}
		if (truth < 0 || (truth == 0 && !note(m, number, node))) {
			m->broken = number;
			return 0;
		}
	}
	return 1;
}

/* The tests stand in the order of their contexts, so each context is evaluated once. */
static int run_tests(nct_tests *m, const uint8_t *enabled, int most) {
	xmlXPathObjectPtr found = NULL;
	int i, context = -1, ok = 1;
	for (i = 0; ok && i < m->ntests; i++) {
		if (!enabled[i])
			continue;
		if (m->tests[i].context != context) {
			if (found != NULL)
				xmlXPathFreeObject(found);
			context = m->tests[i].context;
			m->xpath->node = (xmlNodePtr)m->xpath->doc;
			found = xmlXPathCompiledEval(m->contexts[context], m->xpath);
		}
		if (found == NULL || found->type != XPATH_NODESET) {
			m->broken = i;
			ok = 0;
		} else if (found->nodesetval != NULL) {
			ok = run_test(m, i, found->nodesetval, most);
		}
	}
	if (found != NULL)
		xmlXPathFreeObject(found);
	return ok;
}

int nct_run(nct_tests *m, const char *data, int length, const uint8_t *enabled, int most) {
	int ok;
	/* White space between elements means nothing to a test; as nodes it would be a third of the tree. */
	xmlDocPtr doc = xmlReadMemory(data, length, NULL, "UTF-8", NCT_PARSE_OPTIONS | XML_PARSE_NOBLANKS);
	m->nfailures = 0;
	m->broken = -1;
	if (doc == NULL)
		return NCT_UNREADABLE;
	number_elements(doc);
	m->xpath->doc = doc;
	ok = run_tests(m, enabled, most);
	forget_values(m);
	m->xpath->doc = NULL;
	m->xpath->node = NULL;
	xmlFreeDoc(doc);
	nct_trim(length);
	return ok ? 0 : NCT_BROKEN;
}

const nct_failure *nct_failures(const nct_tests *m, int *count) {
	*count = m->nfailures;
	return m->failures;
}

int nct_broken(const nct_tests *m) {
	return m->broken;
}
