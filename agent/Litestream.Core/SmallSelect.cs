namespace Litestream;

/// <summary>
/// Values out of a sequence, for code in this namespace, before <see cref="Enumerable.Select{TSource, TResult}(IEnumerable{TSource}, Func{TSource, TResult})"/> is looked at. That one keeps, in a
/// program that is compiled ahead of time, classes for every pair of value types that any two calls in it name: a quarter of it. This keeps one for each call.
/// </summary>
internal static class SmallSelect
{
    public static IEnumerable<TResult> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult> selector)
        where TResult : struct
    {
        foreach (var item in source)
            yield return selector(item);
    }

    public static IEnumerable<TResult?> Select<TSource, TResult>(this IEnumerable<TSource> source, Func<TSource, TResult?> selector)
        where TResult : struct
    {
        foreach (var item in source)
            yield return selector(item);
    }
}
