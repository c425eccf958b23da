using Litestream.Fleet.Table;

namespace Litestream.Agent.Requests;

/// <summary>
/// The treaty's updates, conditions and key conditions, done here as DynamoDB does them: words of <c>#name</c> and <c>:value</c>, as far as the treaty writes any.
/// </summary>
internal sealed class ItemExpression
{
    private readonly List<string> _words;
    private readonly IReadOnlyDictionary<string, string> _names;
    private readonly IReadOnlyDictionary<string, ItemValue> _values;
    private int _at;

    private ItemExpression(string text, IReadOnlyDictionary<string, string> names, IReadOnlyDictionary<string, ItemValue> values) => (_words, _names, _values) = (Split(text), names, values);

    /// <summary>Whether the condition of an update holds; it does when there is none.</summary>
    /// <param name="update">With its condition.</param>
    /// <param name="item">As it is; null: there is none.</param>
    public static bool Holds(ItemUpdate update, Item? item) => update.Condition is null || new ItemExpression(update.Condition, update.Names, update.Values).Or(item ?? []);

    public static bool Matches(ItemQuery query, Item item) => new ItemExpression(query.KeyCondition, query.Names, query.Values).Or(item);

    /// <summary>Changes the item as the update says.</summary>
    public static void Apply(ItemUpdate update, Item item) => new ItemExpression(update.Expression, update.Names, update.Values).Change(item);

    private void Change(Item item)
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
                item.Add(name, Value(Next()));
            }
            else if (verb == "REMOVE")
            {
                item.Remove(name);
            }
            else
            {
                var added = Value(Next());
                item.Add(name, item[name] is { } old ? ItemValue.Of(Number(old) + Number(added)) : added);
            }
            _ = Takes(",");
        }
    }

    private bool Or(Item item)
    {
        var holds = And(item);
        while (Takes("OR"))
            holds |= And(item);
        return holds;
    }

    private bool And(Item item)
    {
        var holds = One(item);
        while (Takes("AND"))
            holds &= One(item);
        return holds;
    }

    private bool One(Item item)
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
        var left = item[Name(word)];
        switch (Next())
        {
            case "IN":
                return IsIn(left);
            case "BETWEEN":
                var low = Value(Next());
                Expect("AND");
                var high = Value(Next());
                return left is { } middle && Order(middle, low) >= 0 && Order(middle, high) <= 0;
            case var comparison:
                var right = Value(Next());
                return left is { } value && value.IsNumber == right.IsNumber && Compare(Order(value, right), comparison);
        }
    }

    private bool Function(string word, Item item)
    {
        Expect("(");
        var value = item[Name(Next())];
        var holds = value is not null == (word != "attribute_not_exists");
        if (word == "begins_with")
        {
            Expect(",");
            var prefix = Value(Next()).Text;
            holds = value is { } text && text.Text.StartsWith(prefix, StringComparison.Ordinal);
        }
        Expect(")");
        return holds;
    }

    private bool IsIn(ItemValue? left)
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

    private static int Order(ItemValue a, ItemValue b) => a.IsNumber && b.IsNumber ? decimal.Parse(a.Text, Invariant).CompareTo(decimal.Parse(b.Text, Invariant)) : string.CompareOrdinal(a.Text, b.Text);

    private static long Number(ItemValue value) => long.Parse(value.Text, Invariant);

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    /// <summary>Names, values and words are letters, digits and underscores; everything else is a sign, <c>&lt;&gt;=</c> up to two of them together.</summary>
    private static List<string> Split(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = at + 1;
            if (IsWord(text[at]))
            {
                while (end < text.Length && IsWord(text[end]))
                    end++;
            }
            else if (text[at] is '<' or '>' && end < text.Length && text[end] is '=' or '>')
            {
                end++;
            }
            if (text[at] != ' ')
                words.Add(text[at..end]);
            at = end;
        }
        return words;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '#' or ':';

    private string Name(string word) => word.StartsWith('#') ? _names[word] : word;

    private ItemValue Value(string word) => _values[word];

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
