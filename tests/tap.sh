# For checks in shell that print TAP. Sourced; the working directory is the top of the repository.
# A check calls `try NAME COMMAND...` for each test and `plan` at its end.
count=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

try() {
    name=$1
    shift
    count=$((count + 1))
    if "$@" >"$scratch/said" 2>&1; then
        echo "ok $count - $name"
    else
        echo "not ok $count - $name"
        head -60 "$scratch/said" | sed 's/^/# /'
    fi
}

plan() { echo "1..$count"; }

# The C files below the folders given.
c_files() { find "$@" -name '*.[ch]' | LC_ALL=C sort; }
