"""How long 50,000 installed `package.json` of 1.5 kB take: `.venv/bin/python benchmarks/installed_npm.py`."""

import json
import time

from hullcheck.ecosystems.npm.installed import parse_installed
from hullcheck.model.source_file import SourceFile

COUNT = 50_000


def manifest(number: int) -> bytes:
    """Return a `package.json` as they are found in applications."""
    name = f"@scope-{number % 50}/package-{number}" if number % 4 == 0 else f"package-{number}"
    repository = f"https://git.example/team/{name}"
    return json.dumps(
        {
            "name": name,
            "version": f"{number % 9}.{number % 31}.{number % 7}",
            "description": "Does one small thing and does it well, for browsers and for servers",
            "main": "dist/index.js",
            "module": "dist/index.mjs",
            "types": "dist/index.d.ts",
            "exports": {
                ".": {"import": "./dist/index.mjs", "require": "./dist/index.js", "types": "./dist/index.d.ts"}
            },
            "files": ["dist", "README.md", "LICENSE"],
            "scripts": {
                "build": "rollup -c && tsc -p tsconfig.build.json",
                "test": "nyc --reporter=lcov mocha 'test/**/*.js'",
                "lint": "eslint . --ext .js,.ts",
                "prepublishOnly": "npm run lint && npm test && npm run build",
            },
            "repository": {"type": "git", "url": f"git+{repository}.git"},
            "bugs": {"url": f"{repository}/issues"},
            "homepage": f"{repository}#readme",
            "keywords": ["small", "thing", "browser", "server", "stream", "parse"],
            "author": {"name": "Jörg Müller" if number % 10 == 0 else "A. Author", "email": "author@example.com"},
            "license": "MIT",
            "dependencies": {f"dependency-{index}": f"^{index}.1.0" for index in range(6)},
            "devDependencies": {f"development-{index}": f"~{index}.4.2" for index in range(10)},
            "engines": {"node": ">=10"},
        },
        indent=2,
        ensure_ascii=False,
    ).encode()


def main() -> None:
    """Print size, duration and count."""
    files = [SourceFile(f"app/node_modules/folder-{number}/package.json", manifest(number)) for number in range(COUNT)]
    size = sum(len(file.content) for file in files) // COUNT
    started = time.perf_counter()
    packages = [package for file in files for package in parse_installed(file)]
    print(f"{len(packages)} packages from files of {size} bytes in {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
