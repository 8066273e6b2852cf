using Deque.AxeCore.Commons;

namespace ChatApp.Tests.Harness;

/// <summary>
/// Asks axe what it finds in a page. Its script is put into a document once and stays: the library's own way puts it there anew for
/// each question, and opens a page besides, which takes longer than all that is asked.
/// </summary>
internal static class Axe
{
    private static readonly Lazy<string> Script = new(() => new BundledAxeScriptProvider().GetScript());

    /// <summary>What is serious or critical, a line each with its first elements; empty where there is nothing.</summary>
    /// <param name="window">The page.</param>
    /// <param name="layer">A selector of what alone is judged; null for all of the document.</param>
    public static async Task<string[]> FindAsync(BrowserPage window, string? layer = null)
    {
        if (!await window.Page.EvaluateAsync<bool>("typeof window.axe?.run === 'function'")) await window.Page.EvaluateAsync(Script.Value);
        return await window.Page.EvaluateAsync<string[]>(
            """
            async layer => {
              if (layer !== null && document.querySelector(layer) === null) throw new Error(`nothing matches ${layer}`);
              const { violations } = await axe.run(layer ?? document, { resultTypes: ['violations'] });
              return violations.filter(one => one.impact === 'serious' || one.impact === 'critical').map(one =>
                `${one.id}: ${one.help}\n  ` + one.nodes.slice(0, 5).map(node => `${node.html} ${node.any.map(check => check.message).join(' ')}`).join('\n  '));
            }
            """, layer);
    }
}
