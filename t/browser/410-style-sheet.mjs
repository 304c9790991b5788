// Promise: what every page loads is small and the style sheet is free of mistakes.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tap, validate } from '../lib/browser/browser.mjs';

const htdocs = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../htdocs');
const css = path.join(htdocs, 'css/shop.css');
const t = tap();
// A phone on a slow line has the page in its second second.
// 32 and no longer 30 KiB: log-in, account and payment pages have come.
t.ok(statSync(css).size < 32 * 1024, `the style sheet has ${statSync(css).size} bytes, less than 32 KiB`);
const js = statSync(path.join(htdocs, 'js/shop.js')).size;
// 7 and no longer 6 KiB: the picture of the colour that is chosen has come.
t.ok(js < 7 * 1024, `the script has ${js} bytes, less than 7 KiB`);
// What the checker does not know yet: relative colours, a variable in min(), the inside of details, whether there are scripts.
const UNKNOWN = /oklch\(from |min\(100%, var\(|::details-content|\(scripting: none\)/;
const lines = readFileSync(css, 'utf8').split('\n');
const around = n => lines.slice(n - 2, n).join('\n');
const wrong = validate(['--css', css]).filter(m => !UNKNOWN.test(around(Number(m.match(/:(\d+):/)[1]))));
t.is(wrong.join('\n'), '', 'the checker finds no mistake in it');
t.done();
