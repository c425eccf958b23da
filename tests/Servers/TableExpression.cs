using System.Text.Json;
using System.Text.RegularExpressions;

namespace Litestream.Tests.Servers;

/// <summary>As much of DynamoDB's expressions as litestream uses, read anew and not with its own code: conditions, updates, key conditions.</summary>
internal sealed class TableExpression
{
    private readonly JsonElement _request;
    private readonly List<string> _words;
    private int _at;

    private TableExpression(JsonElement request, string text)
    {
        _request = request;
        _words = [.. Regex.Matches(text, @"<>|<=|>=|[=<>(),+]|[#:]?\w+").Select(m => m.Value)];
    }

    /// <summary>Whether the condition named <paramref name="member"/> holds for an item; it does when there is no such condition.</summary>
    public static bool Holds(JsonElement request, string member, IReadOnlyDictionary<string, TableValue> item) => Condition(request, member)(item);

    /// <summary>The same for many items.</summary>
    public static Func<IReadOnlyDictionary<string, TableValue>, bool> Condition(JsonElement request, string member)
    {
        if (!request.TryGetProperty(member, out var text) || text.ValueKind != JsonValueKind.String)
            return _ => true;
        var condition = new TableExpression(request, text.GetString()!);
        return item =>
        {
            condition._at = 0;
            return condition.Or(item);
        };
    }

    /// <summary>Changes an item as the update says.</summary>
    public static void Update(JsonElement request, Dictionary<string, TableValue> item) => new TableExpression(request, request.GetProperty("UpdateExpression").GetString()!).Apply(item);

    private void Apply(Dictionary<string, TableValue> item)
    {
        var verb = "";
        while (_at < _words.Count)
        {
            if (_words[_at] is "SET" or "REMOVE" or "ADD")
                verb = Next();
            var name = Name(Next());
            if (verb == "SET")
            {
                Expect("=");
                item[name] = Value(Next());
            }
            else if (verb == "REMOVE")
                item.Remove(name);
            else
            {
                var added = Value(Next());
                item[name] = item.TryGetValue(name, out var old) ? TableValue.Sum(old, added) : added;
            }
            if (_at < _words.Count && _words[_at] == ",")
                _at++;
        }
    }

    private bool Or(IReadOnlyDictionary<string, TableValue> item)
    {
        var holds = And(item);
        while (Takes("OR"))
            holds |= And(item);
        return holds;
    }

    private bool And(IReadOnlyDictionary<string, TableValue> item)
    {
        var holds = One(item);
        while (Takes("AND"))
            holds &= One(item);
        return holds;
    }

    private bool One(IReadOnlyDictionary<string, TableValue> item)
    {
        if (Takes("NOT"))
            return !One(item);
        if (Takes("("))
        {
            var inner = Or(item);
            Expect(")");
            return inner;
        }
        var word = Next();
        if (word is "attribute_exists" or "attribute_not_exists" or "begins_with")
            return Function(word, item);
        TableValue? left = item.TryGetValue(Name(word), out var found) ? found : null;
        switch (Next())
        {
            case "IN":
                return In(left);
            case "BETWEEN":
                var low = Value(Next());
                Expect("AND");
                var high = Value(Next());
                return left is { } middle && middle.CompareTo(low) >= 0 && middle.CompareTo(high) <= 0;
            case var comparison:
                var right = Value(Next());
                return left is { } value && value.IsNumber == right.IsNumber && Compare(value.CompareTo(right), comparison);
        }
    }

    private bool Function(string word, IReadOnlyDictionary<string, TableValue> item)
    {
        Expect("(");
        var name = Name(Next());
        var holds = item.ContainsKey(name) == (word != "attribute_not_exists");
        if (word == "begins_with")
        {
            Expect(",");
            var prefix = Value(Next()).Text;
            holds = holds && item[name].Text.StartsWith(prefix, StringComparison.Ordinal);
        }
        Expect(")");
        return holds;
    }

    private bool In(TableValue? left)
    {
        var holds = false;
        Expect("(");
        do
            holds |= left == Value(Next());
        while (Takes(","));
        Expect(")");
        return holds;
    }

    private static bool Compare(int order, string comparison) => comparison switch
    {
        "=" => order == 0,
        "<>" => order != 0,
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        ">=" => order >= 0,
        _ => throw new FormatException($"no comparison: {comparison}"),
    };

    private string Name(string word) => word.StartsWith('#') ? _request.GetProperty("ExpressionAttributeNames").GetProperty(word).GetString()! : word;

    private TableValue Value(string word) => TableValue.Read(_request.GetProperty("ExpressionAttributeValues").GetProperty(word));

    private string Next() => _words[_at++];

    private bool Takes(string word)
    {
        if (_at >= _words.Count || _words[_at] != word)
            return false;
        _at++;
        return true;
    }

    private void Expect(string word)
    {
        if (!Takes(word))
            throw new FormatException($"expected {word} at word {_at} of {string.Join(' ', _words)}");
    }
}
