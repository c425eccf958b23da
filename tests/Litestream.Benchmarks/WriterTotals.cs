using System.Diagnostics;
using System.Globalization;

namespace Litestream.Benchmarks;

/// <summary>What a writer of the tests says that it did.</summary>
internal sealed class WriterTotals
{
    private readonly Dictionary<string, double> _values;

    private WriterTotals(Dictionary<string, double> values) => _values = values;

    public double Transactions => _values["transactions"];

    public double P50Microseconds => _values["p50Us"];

    public double P99Microseconds => _values["p99Us"];

    public double SlowestMilliseconds => _values["slowestMs"];

    /// <summary>Waits for its end; a writer that met an error has measured nothing.</summary>
    public static WriterTotals Of(Process writer)
    {
        var said = writer.StandardOutput.ReadToEnd();
        writer.WaitForExit();
        if (writer.ExitCode != 0)
            throw new InvalidOperationException($"the writer ended with {writer.ExitCode}: {said}");
        return new(said.Split(' ', '\n').Select(p => p.Split('=')).Where(p => p.Length == 2).ToDictionary(p => p[0], p => double.Parse(p[1], CultureInfo.InvariantCulture)));
    }

    /// <summary>One that fell behind was measured at another rate than its row says.</summary>
    public void MustHaveMade(double transactions)
    {
        if (Transactions < 0.95 * transactions)
            throw new InvalidOperationException($"the writer made {Transactions:N0} of {transactions:N0} transactions: the machine has too much else to do, measure again");
    }
}
