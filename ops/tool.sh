#!/bin/sh
# A tool of the app's environment by its name, for git's hooks: they know no make, and DATA_DIR only if it is exported.
# `make hooks` has left in git's settings where the environment lies.
data=${DATA_DIR:-$(git config vssid.data-dir || echo var)}
tool=$data/env/app/bin/$1
if [ ! -x "$tool" ]; then
    echo "Chưa có $tool: chạy make hooks (thêm DATA_DIR=... nếu dựng ở nơi khác)." >&2
    exit 1
fi
shift
exec "$tool" "$@"
