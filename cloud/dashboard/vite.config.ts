import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** What a first visit loads may weigh this much on the wire; the build fails above. */
const mostGzipped = 100_000;

function firstView(): Plugin {
  return {
    name: 'first-view',
    generateBundle(_, bundle) {
      let total = 0;
      for (const file of Object.values(bundle))
        if (file.type === 'asset' || file.isEntry) total += gzipSync(file.type === 'asset' ? file.source : file.code, { level: 9 }).length;
      if (total > mostGzipped) this.error(`the first view is ${total} bytes gzipped, at most ${mostGzipped} are allowed`);
      this.info(`first view: ${(total / 1000).toFixed(1)} kB gzipped, of ${mostGzipped / 1000} kB`);
    },
  };
}

/** Beside dist/, which any server of files can serve: embedded/, each file compressed, which the programs take in. */
function embedded(): Plugin {
  return {
    name: 'embedded',
    closeBundle() {
      const [from, to] = [join(import.meta.dirname, 'dist'), join(import.meta.dirname, 'embedded')];
      rmSync(to, { recursive: true, force: true });
      for (const file of filesOf(from)) {
        const target = join(to, file + '.gz');
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, gzipSync(readFileSync(join(from, file)), { level: 9 }));
      }
    },
  };
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

const api = process.env['LITESTREAM_API_URL'] ?? 'http://localhost:8090';

export default defineConfig({
  plugins: [firstView(), embedded()],
  base: './',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  // `npm run dev` beside an agent (http://localhost:8080) or the API of a fleet. Its checks of Host and Origin see what they would see without a proxy.
  server: { proxy: { '/api': { target: api, changeOrigin: true, headers: { origin: api } } } },
});
