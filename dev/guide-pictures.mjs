#!/usr/bin/node
// dev/guide-pictures.mjs [--kept] -- draws the pictures of doc/guide.md anew.
//
// The guide shows the day of a merchant, and so do they: dev/test walks it (t/browser/770-merchants-day.mjs, which leaves
// a picture of each page in var/shots), and those that the guide names are kept as doc/guide/NAME.webp, no wider than
// a column of text.  NAME is the picture's there: doc/guide/order.webp is var/shots/770-order.png.  --kept: of the walk
// that was the last one.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const WIDTH = 900;			// pixels; a page of text is no wider
const HEIGHT = 1100;			// what is below is cut off: a picture is a look, not the page
const QUALITY = 0.8;
const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dir = path.join(top, 'doc/guide');
const names = [...new Set([...readFileSync(path.join(top, 'doc/guide.md'), 'utf8').matchAll(/\(guide\/([\w-]+)\.webp\)/g)].map(m => m[1]))];

if (!process.argv.includes('--kept'))
	execFileSync(path.join(top, 'dev/test'), ['browser/770*'], { stdio: 'inherit' });
const { chromium } = createRequire(path.join(top, 't/browser/package.json'))('playwright-core');
const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find(existsSync);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const page = await browser.newPage();
mkdirSync(dir, { recursive: true });
for (const old of readdirSync(dir))
	if (!names.includes(old.replace(/\.webp$/, ''))) unlinkSync(path.join(dir, old));
for (const name of names) {
	const png = readFileSync(path.join(top, `var/shots/770-${name}.png`)).toString('base64');
	const webp = await page.evaluate(async ([source, width, height, quality]) => {
		const image = new Image();
		image.src = `data:image/png;base64,${source}`;
		await image.decode();
		const scale = Math.min(1, width / image.width);
		const canvas = Object.assign(document.createElement('canvas'), { width: image.width * scale, height: Math.min(image.height * scale, height) });
		canvas.getContext('2d').drawImage(image, 0, 0, image.width * scale, image.height * scale);
		return canvas.toDataURL('image/webp', quality).split(',')[1];
	}, [png, WIDTH, HEIGHT, QUALITY]);
	writeFileSync(path.join(dir, `${name}.webp`), Buffer.from(webp, 'base64'));
}
await browser.close();
console.log(`${names.length} pictures are in doc/guide`);
