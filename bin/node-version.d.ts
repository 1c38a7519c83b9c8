export declare const minimumNode: string
export declare function tooOldNode(version?: string): string | null
export declare function refuseOldNode(): void
