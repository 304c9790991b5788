/*
 * document.h -- small things that pages of orders share and that ask the database nothing.
 */
#ifndef FRONT_DOCUMENT_H
#define FRONT_DOCUMENT_H

#include "web/page.h"

/* NAME, or the house's own name of a way of payment where the store gave none. */
const char *front_method(struct req *r, const char *method, const char *name);

/* How large a file is, as people read it: "3.4 MB". */
const char *front_size(struct req *r, int64_t bytes);

/* Answers with a file that is kept as hex, shown as WHAT-NAME.pdf; 404 unless FOUND. */
void front_pdf(struct req *r, const char *what, bool found, const char *name, const char *pdf_hex);

#endif
