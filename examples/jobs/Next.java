/** Next to nothing: seq 1000000 | weft map --java Next.java::next */
class Next {
    static long next(long number) {
        return number + 1;
    }
}
