using Litestream;
using Litestream.Embedder;

// load DATABASE REPLICA STATE SECONDS SEED | provider | library | mapped, each with DATABASE REPLICA STATE | exchange DATABASE REPLICA STATE HOW
try
{
    switch (args)
    {
        case ["load", var database, var replica, var state, var seconds, var seed]:
            await using (var load = await Load.OpenAsync(database, replica, state, int.Parse(seed)))
                await load.RunAsync(TimeSpan.FromSeconds(double.Parse(seconds)));
            return 0;
        case ["exchange", var database, var replica, var state, var how]:
            await new Exchange(database, replica, state).RunAsync(how);
            return 0;
        case ["provider", _, var replica, var state]:
            Copies.GiveTheProviderAnother();
            Copies.Open(replica, state, allowsOther: false);
            return 0;
        case ["library", _, var replica, var state]:
            Copies.LoadAnother();
            Copies.Open(replica, state, allowsOther: true);
            Console.WriteLine("opened where it was allowed");
            Copies.Open(replica, state, allowsOther: false);
            return 0;
        case ["mapped", var database, var replica, var state]:
            Copies.OpenBesideAMappedOne(Path.ChangeExtension(database, ".sqlite"), replica, state);
            return 0;
        default:
            return 2;
    }
}
catch (LitestreamException e)
{
    Console.WriteLine($"refused: {e.Message}\nhint: {e.Hint}");
    return 1;
}
