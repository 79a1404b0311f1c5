#!/usr/bin/env bash
# The pictures of Documentation/Gallery.md, by the commands that stand in it.
#   gallery.sh DESCENT   makes them anew, with python3 and Pillow; commands with --data-dir only where $DESCENT_DATA_DIR is set
#   gallery.sh --check   whether there are all the pictures that the page shows, and no others, in 2 MB
set -euo pipefail
descent=${1:?gallery.sh DESCENT | --check}
[ "$descent" = --check ] || descent=$(realpath "$descent")
[ -z "${DESCENT_DATA_DIR:-}" ] || DESCENT_DATA_DIR=$(realpath "$DESCENT_DATA_DIR")
scripts=$(realpath "$(dirname "$0")")
cd "$scripts/../Documentation"
shown=$(sed -nE 's/^!\[.+\]\(Pictures\/([^)]+)\)$/\1/p' Gallery.md | sort)
if [ -n "$(uniq -d <<< "$shown")" ]; then
    echo "Gallery.md shows twice: $(uniq -d <<< "$shown")" >&2
    exit 1
fi

if [ "$descent" = --check ]; then
    there=$(cd Pictures && find . -type f | sed 's|^\./||' | sort)
    missing=$(comm -23 <(echo "$shown") <(echo "$there"))
    unused=$(comm -13 <(echo "$shown") <(echo "$there"))
    [ -z "$missing" ] || echo "Documentation/Pictures lacks what Gallery.md shows:" $missing >&2
    [ -z "$unused" ] || echo "Gallery.md does not show, of Documentation/Pictures:" $unused >&2
    size=$(find Pictures -type f -exec cat {} + | wc -c)
    [ "$size" -le 2000000 ] || echo "Documentation/Pictures has $size bytes, more than 2 MB" >&2
    [ -z "$missing$unused" ] && [ "$size" -le 2000000 ]
    exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/out"
ln -s "$descent" "$work/bin/descent"
[ -z "${DESCENT_DATA_DIR:-}" ] || ln -s "$DESCENT_DATA_DIR" "$work/out/data"

# Indented lines are commands; one that ends in a backslash goes on in the next.
sed -n 's/^    //p' Gallery.md | sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' > "$work/commands"
while IFS= read -r command; do
    case $command in
    "descent "*) ;;
    *) echo "Gallery.md: no command of descent: $command" >&2; exit 1 ;;
    esac
    if [[ $command = *--data-dir* && -z ${DESCENT_DATA_DIR:-} ]]; then
        echo "left as it is, without DESCENT_DATA_DIR: $command"
        continue
    fi
    echo "$command"
    out=${command##* --out }
    mkdir -p "$(dirname "$work/out/${out%% *}")"
    if ! (cd "$work/out" && PATH=$work/bin:$PATH bash -c "$command") > "$work/log" 2>&1 < /dev/null; then
        cat "$work/log" >&2
        exit 1
    fi
done < "$work/commands"

for picture in $shown; do
    if [ -f "$work/out/$picture" ]; then
        mkdir -p "$work/pictures/$(dirname "$picture")"
        cp "$work/out/$picture" "$work/pictures/$picture"
    elif [[ -z ${DESCENT_DATA_DIR:-} && -f Pictures/$picture ]]; then
        mkdir -p "$work/pictures/$(dirname "$picture")"
        cp "Pictures/$picture" "$work/pictures/$picture"
    else
        echo "Gallery.md shows $picture, which no command of it makes" >&2
        exit 1
    fi
done
find "$work/pictures" -name '*.png' -exec "$scripts/fewer-colors.py" {} +
# All or none: the page never shows half of another run.
rm -rf Pictures
mv "$work/pictures" Pictures
chmod -R u=rwX,go=rX Pictures
