#!/usr/bin/env bash
# Make the image that benchmarks/images.py measures: benchmarks/corpus.sh DIRECTORY
#
# An OCI layout of four layers: Debian bookworm's minbase; Python, Node.js, Java, curl and git; a virtual environment with
# old web and data packages; node_modules of a front-end and a server. About 1.8 GB in 117,000 files, 700 MB compressed.
# Needs root (chroot), mmdebstrap and umoci, and some ten minutes. Nothing of it is run but the package managers.
set -euo pipefail
layout=${1:?usage: benchmarks/corpus.sh DIRECTORY}
[ ! -e "$layout" ] || { echo "$layout is there already" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/bundle/rootfs

inside() { # COMMAND: in the image's root, with the network and the certificates of this machine
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	cp /etc/ssl/certs/ca-certificates.crt "$root/root/ca.crt"
	# The mounts end with the namespace.
	unshare --mount /bin/sh -ec 'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$@"' "$root" \
		"$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
		PIP_CERT=/root/ca.crt PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
		npm_config_cafile=/root/ca.crt npm_config_audit=false npm_config_fund=false npm_config_ignore_scripts=true \
		/bin/sh -ec "$1"
	rm -rf "$root/root/ca.crt" "$root/root/.npm" "$root/root/.cache" "$root/var/lib/apt/lists"/* "$root"/var/cache/apt/*.bin
}

layer() { # BUILD COMMAND: what changed since the last layer
	umoci repack --refresh-bundle --history.created_by "$1" --image "$work/layout:latest" "$work/bundle"
}

umoci init --layout "$work/layout"
umoci new --image "$work/layout:latest"
umoci unpack --image "$work/layout:latest" "$work/bundle"

mmdebstrap --quiet --variant=minbase bookworm "$work/base.tar"
tar -xf "$work/base.tar" -C "$root" --exclude="./dev/*"
layer "ADD rootfs.tar / # debian bookworm"

inside "apt-get update -q && apt-get install -qy --no-install-recommends \
	python3 python3-pip python3-venv nodejs npm default-jre-headless curl git ca-certificates"
layer "RUN apt-get install python3 nodejs npm default-jre-headless curl git"

inside "python3 -m venv /opt/app && /opt/app/bin/pip install -q wheel 'setuptools<70' && /opt/app/bin/pip install -q --no-build-isolation \
	Django==2.2 Flask==0.12.2 requests==2.19.1 numpy pandas scipy pyspark==3.3.0"
layer "RUN pip install -r requirements.txt"

inside "mkdir -p /srv/app && cd /srv/app && npm init -y >/dev/null && npm install --silent --legacy-peer-deps \
	react-scripts@4.0.3 webpack@4.46.0 express@4.15.2 lodash@4.17.4 jquery@3.3.1 moment@2.24.0 axios@0.18.0 \
	@angular/cli@8.3.29 aws-sdk@2.814.0 typescript@3.9.10"
layer "RUN npm install"

mv "$work/layout" "$layout"
