#!/bin/sh
# Prepares this checkout: uv, Python 3.10, the environment in .venv, pinned requirements.
#   ./setup.sh         what running needs
#   ./setup.sh dev     also what tests and checks need, Chromium included where it can be installed
# Running it again does nothing when nothing changed.
set -eu
cd "$(dirname "$0")"
want=${1:-run}
say() { printf '%s\n' "[准备] $*"; }
stop() { printf '%s\n' "[准备] 停下：$1" "       怎么办：$2" >&2; exit 1; }

lock=requirements.txt
[ "$want" = dev ] && lock=requirements-dev.txt
stamp=.venv/.installed-$want
sum=$(cat "$lock" setup.sh | cksum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ]; then
    installed=yes
else
    installed=no
fi

if [ "$installed" = no ]; then
    free=$(df -Pk . | awk 'NR==2 {print int($4/1024)}')
    [ "$free" -ge 3000 ] || stop "磁盘只剩 ${free} MB，至少要 3000 MB" "清出空间后重试（no space left）"

    # uv: the one on the machine, else one of our own from PyPI.
    tools=var/tools
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        uv=uv
    elif [ -x "$tools/bin/uv" ]; then
        uv=$tools/bin/uv
    else
        say "安装 uv（Python 环境管理）……"
        python=$(command -v python3 || command -v python || true)
        [ -n "$python" ] || stop "这台机器没有 Python" "Debian/Ubuntu：apt-get install python3 python3-venv"
        "$python" -m venv "$tools" || stop "python3 缺少 venv 模块" "Debian/Ubuntu：apt-get install python3-venv"
        "$tools/bin/pip" install --quiet --disable-pip-version-check "uv>=0.8,<1" \
            || stop "装不上 uv" "检查网络，或先自行安装 uv：pip install uv"
        uv=$tools/bin/uv
    fi

    # Python 3.10: named, on the path, from pyenv, known to uv, or fetched by uv.
    python=
    for candidate in "${PYTHON310:-}" python3.10 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python3.10; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys, ssl, sqlite3; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    [ -n "$python" ] || python=$("$uv" python find --no-python-downloads 3.10 2>/dev/null || true)
    if [ -z "$python" ]; then
        say "这台机器没有 Python 3.10，正在下载……"
        "$uv" python install 3.10 || stop "找不到也下载不到 Python 3.10" \
            "安装 Python 3.10 后重试，或设 PYTHON310=/路径/python3.10"
        python=$("$uv" python find 3.10)
    fi
    say "Python：$python"

    say "安装依赖（第一次约一两分钟）……"
    [ -x .venv/bin/python ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null \
        || "$uv" venv --quiet --clear --python "$python" .venv
    "$uv" pip install --python .venv/bin/python --require-hashes -r "$lock" \
        || stop "依赖没有装完" "看上面的原因（多半是网络或磁盘），修好后再运行同一条命令"
    printf '%s' "$sum" > "$stamp"
    say "环境就绪。"
fi

# Pages are tested in a real browser; fonts for Chinese screenshots. Without them those tests skip and say so.
if [ "$want" = dev ] && ! command -v chromium >/dev/null 2>&1; then
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        say "安装 Chromium 和中文字体（页面测试用）……"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk; } \
            >/dev/null 2>&1 || say "没有装上 Chromium：页面测试会跳过。"
    else
        say "没有 Chromium：页面测试会跳过（Debian：apt-get install chromium fonts-noto-cjk）。"
    fi
fi
