-- transactional
-- Invitations go out by mail too.  A link is made when its mail is sent, so nothing that opens anything waits anywhere.

ALTER TABLE staff.invitation ADD COLUMN mail_id uuid;
COMMENT ON COLUMN staff.invitation.mail_id IS 'The mail that brings the invitation (event.outbox): the link that was shown and those that its tries carried have the same. NULL: it was only shown.';

-- They ask for the language, and whether a mail goes out.
DROP FUNCTION IF EXISTS staff.invite(uuid, uuid, text, text, uuid, uuid, bytea, text);
DROP FUNCTION IF EXISTS staff.renew(uuid, uuid, uuid, bytea, text);
DROP FUNCTION IF EXISTS staff.make_invitation(uuid, uuid, bytea, integer);
COMMENT ON COLUMN event.outbox.change_id IS 'What it is about beside: the change of mail address, the credit note, the note, the purchase order, the trial, or the mail itself.';
