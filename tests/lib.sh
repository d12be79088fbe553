# What ./run-tutorial and ./run-tests share: packages and builds. Sourced, with the top folder of
# the repository as the working directory.

say() { printf '\n== %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# packages build|test: from the table in docs/dependencies.md, which gives the reasons.
packages() { sed -n "s/^| $1 | \([^ ]*\) |.*/\1/p" docs/dependencies.md; }

missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
            printf '%s ' "$package"
    done
}

# need build [test]: installs what is missing. Elsewhere than on Debian it is the user's business.
need() {
    command -v dpkg-query >/dev/null || return 0
    missing=$(missing_packages $(for kind in "$@"; do packages "$kind"; done))
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "please install as root: apt-get install $missing"
        as_root=sudo
    fi
    say "installing $missing"
    # Without this file the package would create a PostgreSQL server and start it.
    no_cluster=/etc/postgresql-common/createcluster.d/cinnabar-tests.conf
    case " $missing" in *" postgresql "*)
        $as_root mkdir -p "${no_cluster%/*}"
        echo 'create_main_cluster = false' | $as_root tee "$no_cluster" >/dev/null ;;
    esac
    $as_root apt-get update -q &&
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends $missing
    status=$?
    [ ! -e "$no_cluster" ] || $as_root rm -f "$no_cluster"
    [ $status = 0 ] || die "apt-get could not install $missing"
}

# build KIND: configures and builds build/KIND. Meson is asked again each time, as new test and
# example programs are found when it runs.
build() {
    folder=$PWD/build/$1
    everything="-Dtests=true -Dbench=true -Dwerror=true"
    builtin="-Dsqlite=builtin -Dmysql=builtin -Dpostgresql=builtin"
    compiler=gcc
    case $1 in
        release) options="-Dbuildtype=release" ;;
        gcc) options="-Dbuildtype=debugoptimized $everything" ;;
        clang) options="-Dbuildtype=debugoptimized $everything $builtin" compiler=clang ;;
        asan) options="-Dbuildtype=debugoptimized -Doptimization=1 $everything $builtin
                       -Db_sanitize=address,undefined -Dc_args=-fno-sanitize-recover=all" ;;
        tsan) options="-Dbuildtype=debugoptimized $everything $builtin -Db_sanitize=thread" ;;
        *) die "no build is called $1" ;;
    esac
    again=
    [ ! -e "$folder/build.ninja" ] || again=--reconfigure
    CC=$compiler meson setup $again $options "$folder" &&
        ninja -k 0 -C "$folder"
}
