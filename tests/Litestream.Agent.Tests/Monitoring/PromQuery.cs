using System.Text.RegularExpressions;

namespace Litestream.Agent.Tests.Monitoring;

/// <summary>
/// Reads an expression of Prometheus' query language, as far as our files use it, against the series that there are, and answers which labels its result
/// has. Whatever no series has (a metric, a label, a value of one), a rate of what is no counter, and two sides that can never match are errors.
/// </summary>
internal sealed partial class PromQuery
{
    private static readonly string[][] Levels = [["or"], ["and", "unless"], ["==", "!=", ">", "<", ">=", "<="], ["+", "-"], ["*", "/", "%"]];
    private static readonly string[] OfCounters = ["rate", "irate", "increase"];
    private static readonly string[] OfRanges = ["changes", "last_over_time", "max_over_time", "min_over_time", "avg_over_time"];
    private static readonly string[] OfOne = ["abs", "ceil", "floor", "sort", "sort_desc", "clamp_min", "clamp_max"];
    private static readonly string[] Aggregations = ["sum", "min", "max", "avg", "count", "topk", "bottomk"];

    private readonly PromSelectors _selectors;
    private readonly List<string> _tokens;
    private int _at;

    private PromQuery(string expression, PromSelectors selectors)
    {
        _selectors = selectors;
        _tokens = [.. TokenPattern().Matches(expression).Select(m => m.Value)];
        if (string.Concat(_tokens) != WhitespacePattern().Replace(expression, m => m.Value[0] == '"' ? m.Value : ""))
            throw new PromQueryException($"not understood: {expression}");
    }

    /// <summary>The labels of the result; empty for a number.</summary>
    public static IReadOnlySet<string> LabelsOf(string expression, PromSelectors selectors)
    {
        var query = new PromQuery(expression, selectors);
        var value = query.Binary(0);
        if (query._at < query._tokens.Count)
            throw new PromQueryException($"\"{query.Next()}\" is not expected there");
        if (value.IsRange)
            throw new PromQueryException("a range is no result: a function is missing around it");
        return value.Labels ?? new HashSet<string>();
    }

    private PromValue Binary(int level)
    {
        if (level == Levels.Length)
            return Primary();
        var left = Binary(level + 1);
        while (Levels[level].Contains(Peek()))
        {
            var operation = Next();
            TryTake("bool");
            var on = TryTake("on") ? Names() : null;
            var extra = TryTake("group_left") ? Names() : null;
            var right = Binary(level + 1);
            left = Combine(operation, left, right, on, extra);
        }
        return left;
    }

    private static PromValue Combine(string operation, PromValue left, PromValue right, List<string>? on, List<string>? extra)
    {
        if (left.Labels is null || right.Labels is null)
            return left.Labels is null ? right : left with { IsCounter = false };
        foreach (var label in on ?? [])
        {
            if (!left.Labels.Contains(label) || !right.Labels.Contains(label))
                throw new PromQueryException($"on ({label}): one side of \"{operation}\" has no such label");
        }
        if (on is null && !left.Labels.SetEquals(right.Labels))
            throw new PromQueryException($"the sides of \"{operation}\" have different labels ({Shown(left)}; {Shown(right)}): without on (…) they never match");
        if (operation == "or")
            return PromValue.With(left.Labels.Intersect(right.Labels));
        return operation is "and" or "unless" || on is null ? left : PromValue.With(extra is null ? on : left.Labels.Concat(extra));
    }

    private PromValue Primary()
    {
        var token = Next();
        if (token == "(")
        {
            var inner = Binary(0);
            Expect(")");
            return inner;
        }
        if (char.IsAsciiDigit(token[0]) || token[0] == '$')
            return PromValue.Number;
        if (Aggregations.Contains(token))
            return Aggregate(token);
        return Peek() == "(" ? Call(token) : Select(token);
    }

    private PromValue Aggregate(string name)
    {
        var by = TryTake("by") ? Names() : null;
        var of = Arguments()[^1];
        by ??= TryTake("by") ? Names() : null;
        if (of.Labels is null || of.IsRange)
            throw new PromQueryException($"{name} is of series");
        foreach (var label in by ?? [])
        {
            if (!of.Labels.Contains(label))
                throw new PromQueryException($"{name} by ({label}): what it is of has only {Shown(of)}");
        }
        return name is "topk" or "bottomk" ? of : PromValue.With(by ?? []);
    }

    private PromValue Call(string name)
    {
        var arguments = Arguments();
        if (name == "time" && arguments.Count == 0)
            return PromValue.Number;
        if (arguments.Count == 0 || arguments[0].Labels is null)
            throw new PromQueryException($"{name} is of series");
        var of = arguments[0];
        if (OfCounters.Contains(name))
            return of is { IsRange: true, IsCounter: true } ? of with { IsRange = false } : throw new PromQueryException($"{name} is of a counter over a time");
        if (OfRanges.Contains(name))
            return of.IsRange ? of with { IsRange = false, IsCounter = false } : throw new PromQueryException($"{name} is of a time");
        if (of.IsRange)
            throw new PromQueryException($"{name} is not of a time");
        return name == "absent" ? PromValue.With([]) : OfOne.Contains(name) ? of : throw new PromQueryException($"{name} is no function that this test knows");
    }

    private PromValue Select(string name)
    {
        var matchers = new List<(string Label, string Operation, string Value)>();
        if (TryTake("{"))
        {
            while (!TryTake("}"))
            {
                matchers.Add((Next(), Next(), Next().Trim('"')));
                TryTake(",");
            }
        }
        var selected = _selectors.Select(name, matchers);
        if (Peek().StartsWith('['))
        {
            Next();
            selected = selected with { IsRange = true };
        }
        if (TryTake("offset"))
            Next();
        return selected;
    }

    private List<PromValue> Arguments()
    {
        var arguments = new List<PromValue>();
        Expect("(");
        while (!TryTake(")"))
        {
            arguments.Add(Binary(0));
            if (Peek() != ")")
                Expect(",");
        }
        return arguments;
    }

    private List<string> Names()
    {
        var names = new List<string>();
        Expect("(");
        while (!TryTake(")"))
        {
            names.Add(Next());
            TryTake(",");
        }
        return names;
    }

    private static string Shown(PromValue value) => string.Join(", ", value.Labels!.Order(StringComparer.Ordinal));

    private string Peek() => _at < _tokens.Count ? _tokens[_at] : "";

    private string Next() => _at < _tokens.Count ? _tokens[_at++] : throw new PromQueryException("it ends too early");

    private bool TryTake(string token)
    {
        var isThere = Peek() == token;
        _at += isThere ? 1 : 0;
        return isThere;
    }

    private void Expect(string token)
    {
        if (!TryTake(token))
            throw new PromQueryException($"\"{token}\" is expected before \"{Peek()}\"");
    }

    [GeneratedRegex("""
        "[^"]*"|\[[^\]]*\]|=~|!~|!=|==|>=|<=|\$\w+|[a-zA-Z_]\w*|\d+(\.\d+)?[a-z]*|[{}(),=<>+*/%-]
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex TokenPattern();

    [GeneratedRegex("""
        "[^"]*"|\s+
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex WhitespacePattern();
}
