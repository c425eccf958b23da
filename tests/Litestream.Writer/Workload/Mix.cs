using System.Globalization;

namespace Litestream.Writer.Workload;

/// <summary>How often each operation is chosen, as weights: <c>insert=60,update=20</c>.</summary>
internal sealed class Mix
{
    public const string Default = "insert=60,update=20,delete=8,large=2,rollback=2,vacuum=1,shrink=1,checkpoint=3,reopen=3";

    private readonly List<(Operation Operation, int Weight)> _weights = [];
    private int _total;

    public static Mix Parse(string text)
    {
        var mix = new Mix();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Split('=') is not [var name, var weight] || !Enum.TryParse<Operation>(name, ignoreCase: true, out var operation))
                throw new ArgumentException($"-mix: '{part}' is not operation=weight; operations: {string.Join(", ", Enum.GetNames<Operation>())}");
            mix._weights.Add((operation, int.Parse(weight, CultureInfo.InvariantCulture)));
            mix._total += mix._weights[^1].Weight;
        }

        return mix;
    }

    public Operation Pick(Random random)
    {
        var at = random.Next(_total);
        foreach (var (operation, weight) in _weights)
        {
            at -= weight;
            if (at < 0)
                return operation;
        }

        throw new InvalidOperationException("the weights of -mix are all zero");
    }
}
