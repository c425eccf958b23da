namespace Litestream.EndToEnd.Hostile;

/// <summary>An address of the contract, as one program has it.</summary>
/// <param name="Method">GET, POST, PUT</param>
/// <param name="Path">With its ids.</param>
/// <param name="IsServed">By this program; false: only the other one has it.</param>
/// <param name="IsThere">Whatever its path names is there.</param>
/// <param name="ReadsBody">False: what comes as one is left alone.</param>
internal sealed record HostileAddress(string Method, string Path, bool IsServed, bool IsThere, bool ReadsBody)
{
    /// <summary>Why that is no answer to such a request; null when it is one.</summary>
    public string? WhyWrong(HostileRequest request, int status)
    {
        var isHere = IsServed && IsThere && !request.IsElsewhere;
        if (isHere && !ReadsBody && request.IsBodyAlone && status == 200)
            return null; // Nothing is wrong with what it reads.
        if (status is < 400 or > 499)
            return "is no 4xx";
        if (isHere && status == 404)
            return "says that there is nothing, and there is";
        return isHere && ReadsBody && request.IsTooLarge && status != 413 ? "does not say that it is too large" : null;
    }
}
