using System.Globalization;
using HospitalStreaming.Core.Transactions;

namespace HospitalStreaming.Warehouse.Loading;

/// <summary>How readers of current see the source's transactions.</summary>
/// <param name="Whole">Whole transactions: the source names them. Else current is whole per table.</param>
/// <param name="WaitsFor">What current waits for; null where nothing waits.</param>
/// <param name="Since">Since when it waits.</param>
/// <param name="GivenUp">Transactions that were shown although records of them or their END were missing, after the longest wait.</param>
public sealed record TransactionReads(bool Whole, TransactionWait? WaitsFor, DateTimeOffset? Since, long GivenUp)
{
    /// <summary>A source that does not name its transactions.</summary>
    public static TransactionReads PerTable { get; } = new(false, null, null, 0);

    /// <summary>In plain words; positions and counts only.</summary>
    public override string ToString()
    {
        var reads = Whole ? "whole transactions" : "whole per table";
        var waits = WaitsFor switch
        {
            null => string.Empty,
            { Topic: null } wait => string.Create(CultureInfo.InvariantCulture, $", waits for the END of transaction {wait.Id} since {Since:u}"),
            var wait => string.Create(
                CultureInfo.InvariantCulture, $", waits for transaction {wait.Id} since {Since:u}: {wait.Topic} has {wait.Present:N0} of its {wait.Expected:N0} records"),
        };
        return reads + waits + (GivenUp == 0 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $", {GivenUp:N0} shown without being whole"));
    }
}
