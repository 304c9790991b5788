-- The queries of cgi-bin/template.c, the program to copy.

-- The newest notes, one page of them, from those before a given one on.
-- template_notes(program code, before uuid) many
-- note_id uuid, at time, kind text, detail text
SELECT n.note_id, n.at, n.kind, n.detail
FROM event.note n
WHERE n.program = :program
--? before: AND n.note_id < :before
ORDER BY n.note_id DESC
LIMIT 21

-- One note.
-- template_note(note uuid) one
-- note_id uuid, kind text, detail text
SELECT n.note_id, n.kind, n.detail FROM event.note n WHERE n.note_id = :note

-- Writes a note.
-- template_note_add(note uuid, kind code, program code, detail text) exec
INSERT INTO event.note (tenant_id, note_id, kind, program, detail)
VALUES (nullif(pg_catalog.current_setting('sutler.tenant', true), '')::uuid, :note, :kind, :program, :detail)

-- Whether these words were noted already.
-- template_note_like(program code, detail text) one
-- note_id uuid
SELECT n.note_id FROM event.note n WHERE n.program = :program AND n.detail = :detail LIMIT 1

-- Which shop a host leads to; asked without tenant.
-- template_host(host code) one
-- tenant_id uuid, store_id uuid, kind text, origin text
SELECT h.tenant_id, h.store_id, h.kind, h.origin FROM tenancy.host h WHERE h.host = :host

-- What of a store the library must know.
-- template_store(store uuid) one
-- status text, name text, timezone text
SELECT s.status, s.name, s.timezone FROM tenancy.store s WHERE s.store_id = :store

-- The store's languages, the default first.
-- template_locales(store uuid) many
-- locale text, tag text
SELECT l.locale, l.tag FROM tenancy.store_locale l WHERE l.store_id = :store ORDER BY l.position

-- The store's currencies, the default first.
-- template_currencies(store uuid) many
-- currency text
SELECT c.currency FROM tenancy.store_currency c WHERE c.store_id = :store ORDER BY c.position
