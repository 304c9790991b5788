#include "base/plural.h"

#include "base/mem.h"

#include <string.h>

enum op {
	OP_NUMBER, OP_N, OP_NOT, OP_CHOOSE, OP_OR, OP_AND, OP_EQ, OP_NE,
	OP_LE, OP_GE, OP_LT, OP_GT, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD
};

struct node {
	enum op op;
	uint64_t number;
	uint8_t arg[3];                 /* indices of nodes */
};
_Static_assert(PLURAL_NODES_MAX <= 256, "indices are 8 bits");

struct plural {
	struct node nodes[PLURAL_NODES_MAX];
	size_t n;
	uint8_t root;
};

struct parser {
	struct plural *rule;
	const char *at;
	unsigned depth;
	bool bad;
};

/* Binary operators, loosest first; longer spellings before their beginnings. */
static const struct {
	const char *sign;
	unsigned level;
	enum op op;
} operators[] = {
	{ "||", 0, OP_OR },
	{ "&&", 1, OP_AND },
	{ "==", 2, OP_EQ }, { "!=", 2, OP_NE },
	{ "<=", 3, OP_LE }, { ">=", 3, OP_GE }, { "<", 3, OP_LT }, { ">", 3, OP_GT },
	{ "+", 4, OP_ADD }, { "-", 4, OP_SUB },
	{ "*", 5, OP_MUL }, { "/", 5, OP_DIV }, { "%", 5, OP_MOD },
};
#define LEVELS 6

static uint8_t choice(struct parser *p);

static uint8_t add(struct parser *p, struct node node)
{
	if (p->rule->n == PLURAL_NODES_MAX) {
		p->bad = true;
		return 0;
	}
	p->rule->nodes[p->rule->n] = node;
	return (uint8_t)p->rule->n++;
}

static bool take(struct parser *p, const char *sign)
{
	size_t n = strlen(sign);

	while (*p->at == ' ' || *p->at == '\t')
		p->at++;
	if (p->bad || strncmp(p->at, sign, n) != 0)
		return false;
	p->at += n;
	return true;
}

static uint8_t number(struct parser *p)
{
	uint64_t n = 0;

	if (*p->at < '0' || *p->at > '9')
		p->bad = true;
	for (; *p->at >= '0' && *p->at <= '9'; p->at++) {
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(*p->at - '0'), &n))
			p->bad = true;
	}
	return add(p, (struct node){ .op = OP_NUMBER, .number = n });
}

static uint8_t primary(struct parser *p)
{
	uint8_t node = 0;

	if (++p->depth > PLURAL_NEST_MAX)
		p->bad = true;
	if (p->bad)
		return 0;
	if (take(p, "!")) {
		node = primary(p);
		node = add(p, (struct node){ .op = OP_NOT, .arg = { node } });
	} else if (take(p, "(")) {
		node = choice(p);
		if (!take(p, ")"))
			p->bad = true;
	} else if (take(p, "n")) {
		node = add(p, (struct node){ .op = OP_N });
	} else {
		node = number(p);
	}
	p->depth--;
	return node;
}

static bool take_operator(struct parser *p, unsigned level, enum op *op)
{
	for (size_t i = 0; i < ARRAY_LEN(operators); i++) {
		if (operators[i].level == level && take(p, operators[i].sign)) {
			*op = operators[i].op;
			return true;
		}
	}
	return false;
}

static uint8_t binary(struct parser *p, unsigned level)
{
	uint8_t left;
	enum op op;

	if (level == LEVELS)
		return primary(p);
	left = binary(p, level + 1);
	while (!p->bad && take_operator(p, level, &op)) {
		uint8_t right = binary(p, level + 1);

		left = add(p, (struct node){ .op = op, .arg = { left, right } });
	}
	return left;
}

static uint8_t choice(struct parser *p)
{
	uint8_t node = binary(p, 0);

	if (++p->depth > PLURAL_NEST_MAX)
		p->bad = true;
	if (!p->bad && take(p, "?")) {
		uint8_t yes = choice(p), no = 0;

		if (take(p, ":"))
			no = choice(p);
		else
			p->bad = true;
		node = add(p, (struct node){ .op = OP_CHOOSE, .arg = { node, yes, no } });
	}
	p->depth--;
	return node;
}

struct plural *plural_parse(const void *ctx, const char *text)
{
	struct plural *rule = mem_new(ctx, struct plural);
	struct parser p = { .rule = rule, .at = text };

	rule->root = choice(&p);
	if (!p.bad && take(&p, ";") == false && *p.at != '\0' && *p.at != '\n')
		p.bad = true;
	if (p.bad) {
		mem_free(rule);
		return NULL;
	}
	return rule;
}

static uint64_t eval(const struct plural *rule, uint8_t i, uint64_t n)
{
	const struct node *node = &rule->nodes[i];
	uint64_t a, b;

	switch (node->op) {
	case OP_NUMBER: return node->number;
	case OP_N: return n;
	default: break;
	}
	a = eval(rule, node->arg[0], n);
	switch (node->op) {
	case OP_NOT: return a == 0;
	case OP_CHOOSE: return eval(rule, node->arg[a != 0 ? 1 : 2], n);
	case OP_OR: return a != 0 || eval(rule, node->arg[1], n) != 0;
	case OP_AND: return a != 0 && eval(rule, node->arg[1], n) != 0;
	default: break;
	}
	b = eval(rule, node->arg[1], n);
	switch (node->op) {
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LE: return a <= b;
	case OP_GE: return a >= b;
	case OP_LT: return a < b;
	case OP_GT: return a > b;
	case OP_ADD: return a + b;
	case OP_SUB: return a - b;
	case OP_MUL: return a * b;
	case OP_DIV: return b == 0 ? 0 : a / b;
	case OP_MOD: return b == 0 ? 0 : a % b;
	default: BUG("plural operator %d", (int)node->op);
	}
}

uint64_t plural_eval(const struct plural *rule, uint64_t n)
{
	return eval(rule, rule->root, n);
}
