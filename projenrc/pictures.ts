import { readdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';

/*
 * pictures [FOLDER]: draws each docs/pictures/*.dot as an SVG in FOLDER, in the look of docs/pictures/style.css.
 */

const sources = join(__dirname, '../docs/pictures');

async function main(folder = sources) {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  const style = readFileSync(join(sources, 'style.css'), 'utf8');
  for (const file of readdirSync(sources).filter(name => name.endsWith('.dot'))) {
    const drawn = graphviz.dot(readFileSync(join(sources, file), 'utf8'));
    // The comments name Graphviz's release, and one that draws the same is no change; the doctype is an address that no reader needs.
    const svg = drawn.replace(/<!(--.*?--|DOCTYPE.*?)>\n/gs, '').replace(/(?<=<svg[^>]*>\n)/, `<style>\n${style}</style>\n`);
    writeFileSync(join(folder, file.replace(/dot$/, 'svg')), svg);
  }
}

void main(process.argv[2]);
